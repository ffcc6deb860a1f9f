# The sandbox tree: RootDirectory= of every site service. A static skeleton of mount points, root's and without data:
# systemd binds into it what a service may see. A mount point that is missing here would be made at the first start.
set(sandbox ${CMAKE_CURRENT_BINARY_DIR}/sandbox)

set(sandbox_directories
  dev proc sys tmp root home srv/core srv/www run/host/.os-release-stage run/systemd/incoming run/wpns var/lib/mysql var/lib/mysql-files var/tmp
  etc/alternatives etc/fonts etc/ImageMagick-6 etc/ImageMagick-7 etc/nginx etc/ssl/certs etc/wpns
  usr/bin usr/sbin usr/lib usr/lib64 usr/share/fonts usr/share/mariadb usr/share/mysql usr/share/wpns/php
  usr/share/zoneinfo)
set(sandbox_files
  etc/group etc/hosts etc/localtime etc/my.cnf etc/passwd etc/resolv.conf etc/nginx/mime.types etc/ssl/openssl.cnf
  etc/wpns/my.cnf etc/wpns/nginx.conf etc/wpns/php-fpm.conf etc/wpns/php.ini run/systemd/notify srv/wp-config.php
  usr/bin/php usr/sbin/mariadbd usr/sbin/nginx usr/sbin/php-fpm)
set(sandbox_links bin:usr/bin sbin:usr/sbin lib:usr/lib lib64:usr/lib64)

foreach(path IN LISTS sandbox_directories)
  file(MAKE_DIRECTORY ${sandbox}/${path})
endforeach()
foreach(path IN LISTS sandbox_files)
  file(TOUCH ${sandbox}/${path})
endforeach()
foreach(link IN LISTS sandbox_links)
  string(REPLACE ":" ";" pair ${link})
  list(GET pair 0 name)
  list(GET pair 1 target)
  file(CREATE_LINK ${target} ${sandbox}/${name} SYMBOLIC)
endforeach()
file(WRITE ${sandbox}/etc/nsswitch.conf "passwd: files\ngroup: files\nhosts: files dns\n")

install(DIRECTORY ${sandbox}/ DESTINATION ${CMAKE_INSTALL_DATADIR}/wpns/sandbox
  FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ
  DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
