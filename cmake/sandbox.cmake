# The sandbox tree: RootDirectory= of every site service. A static skeleton of mount points, root's and without data:
# systemd binds into it what a service may see. A mount point that is missing here would be made at the first start.
#
# What is there already is never replaced: when a mount point is unlinked or renamed over, the kernel takes away what is
# mounted on it in the sandboxes of all running services. A package must create these files once, not ship them.
install(CODE [=[
  set(tree "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share/wpns/sandbox")
  set(read OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  set(search ${read} OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)

  foreach(path
      dev etc etc/ImageMagick-6 etc/ImageMagick-7 etc/alternatives etc/fonts etc/nginx etc/ssl etc/ssl/certs etc/wpns
      home proc root run run/host run/host/.os-release-stage run/systemd run/systemd/incoming run/wpns srv srv/core
      srv/www sys tmp usr usr/bin usr/lib usr/lib64 usr/sbin usr/share usr/share/fonts usr/share/mariadb
      usr/share/mysql usr/share/wpns usr/share/wpns/php usr/share/zoneinfo var var/cache var/cache/opcodes var/lib var/lib/mysql
      var/lib/mysql-files var/tmp)
    file(MAKE_DIRECTORY ${tree}/${path})
    file(CHMOD ${tree}/${path} PERMISSIONS ${search})
  endforeach()
  file(CHMOD ${tree} PERMISSIONS ${search})

  foreach(path
      etc/group etc/hosts etc/localtime etc/my.cnf etc/passwd etc/resolv.conf etc/nginx/mime.types
      etc/ssl/openssl.cnf etc/wpns/my.cnf etc/wpns/nginx.conf etc/wpns/php-fpm.conf etc/wpns/php.ini
      run/systemd/notify srv/wp-config.php usr/bin/php usr/sbin/mariadbd usr/sbin/nginx usr/sbin/php-fpm)
    if(NOT EXISTS ${tree}/${path})
      file(TOUCH ${tree}/${path})
      file(CHMOD ${tree}/${path} PERMISSIONS ${read})
    endif()
  endforeach()

  foreach(name bin sbin lib lib64)
    if(NOT IS_SYMLINK ${tree}/${name})
      file(CREATE_LINK usr/${name} ${tree}/${name} SYMBOLIC)
    endif()
  endforeach()

  file(WRITE ${tree}/etc/nsswitch.conf "passwd: files\ngroup: files\nhosts: files dns\n")
  file(CHMOD ${tree}/etc/nsswitch.conf PERMISSIONS ${read})
  message(STATUS "Mount points: ${tree}")
]=])
