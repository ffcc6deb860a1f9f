# shellcheck shell=bash
# The steps of a stack that is set up one command after the other. Sourced, never run; says `way` in the table.

verb=$1 name=$2 number=$3
data=/srv/by-hand/$name run=/run/by-hand/$name etc=/etc/by-hand/$name
gateway=10.20.$number.1 address=10.20.$number.2 subnet=10.20.$number.0/30
php_fpm=$(echo /usr/sbin/php-fpm*)

# Runs one step and prints what it took: timed WORDS FUNCTION
timed() {
    local begin=$EPOCHREALTIME
    "$2"
    took add-step "$way: $1" 1
}

accounts() {
    useradd --system --no-create-home --shell /usr/sbin/nologin "$name"
    useradd --system --no-create-home --shell /usr/sbin/nologin "$name-db"
}

network() {
    ip netns add "$name"
    ip link add "hand$number" type veth peer name eth0 netns "$name"
    ip addr add "$gateway/30" dev "hand$number"
    ip link set "hand$number" up
    ip -n "$name" addr add "$address/30" dev eth0
    ip -n "$name" link set eth0 up
    ip -n "$name" link set lo up
    ip -n "$name" route add default via "$gateway"
    iptables -t nat -A POSTROUTING -s "$subnet" ! -d 10.20.0.0/16 -j MASQUERADE
    iptables -A FORWARD -i "hand$number" ! -d 10.20.0.0/16 -j ACCEPT
    iptables -A FORWARD -o "hand$number" -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
}

database() {
    install -d -o "$name-db" -m 700 "$data/mysql"
    mariadb-install-db --user="$name-db" --datadir="$data/mysql" --skip-test-db \
        --auth-root-authentication-method=socket >/dev/null
}

# A service of the site: unit WORD USER TYPE COMMAND
unit() {
    cat >"/etc/systemd/system/by-hand-$1-$name.service" <<END
[Service]
Type=$3
User=$2
NetworkNamespacePath=/run/netns/$name
PrivateTmp=yes
ExecStart=$4
END
}

settings() {
    install -d "$etc"
    install -d -o "$name" "$run"
    install -d -o "$name-db" "$run/db"
    printf '[mariadbd]\ndatadir=%s\nsocket=%s\npid-file=%s\nbind-address=%s\nskip-log-bin\ninnodb-buffer-pool-size=64M\n' \
        "$data/mysql" "$run/db/mysqld.sock" "$run/db/pid" "$address" >"$etc/my.cnf"
    printf '[global]\nerror_log=syslog\n[www]\nlisten=%s\npm=ondemand\npm.max_children=8\n' "$run/php.sock" >"$etc/fpm.conf"
    cat >"$etc/nginx.conf" <<END
daemon off;
worker_processes 1;
pid $run/nginx.pid;
error_log stderr;
events {}
http {
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path /tmp/body; fastcgi_temp_path /tmp/fastcgi; proxy_temp_path /tmp/proxy;
    uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi;
    server {
        listen unix:$run/http.sock;
        root $data/www;
        index index.php;
        location / { try_files \$uri \$uri/ /index.php?\$args; }
        location ~ \.php\$ {
            include /etc/nginx/fastcgi_params;
            fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
            fastcgi_param HTTP_HOST \$host;
            fastcgi_pass unix:$run/php.sock;
        }
    }
}
END
    unit mysqld "$name-db" notify "/usr/sbin/mariadbd --defaults-file=$etc/my.cnf"
    unit php "$name" notify "$php_fpm --nodaemonize --fpm-config $etc/fpm.conf"
    unit web "$name" exec "/usr/sbin/nginx -c $etc/nginx.conf -e stderr"
    systemctl daemon-reload
}

start_database() { systemctl start "by-hand-mysqld-$name"; }

schema() {
    mariadb --no-defaults --socket "$run/db/mysqld.sock" <<END
CREATE DATABASE wordpress;
CREATE USER '$name'@'localhost' IDENTIFIED VIA unix_socket;
GRANT ALL ON wordpress.* TO '$name'@'localhost';
END
}

files() {
    install -d "$data/www"
    cp -aL /usr/share/wordpress/. "$data/www"
    cat >"$data/www/wp-config.php" <<END
<?php
define('DB_NAME', 'wordpress');
define('DB_USER', '$name');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:$run/db/mysqld.sock');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('AUTH_KEY', '$(head -c 32 /dev/urandom | base64)');
define('WP_HOME', 'http://$name.example');
define('WP_SITEURL', 'http://$name.example');
\$table_prefix = 'wp_';
defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
END
    chown -R "$name:" "$data/www"
}

start_php() { systemctl start "by-hand-php-$name" "by-hand-web-$name"; }

wordpress() {
    # The variables are PHP's.
    # shellcheck disable=SC2016
    runuser -u "$name" -- php -r '
        define("WP_INSTALLING", true);
        function wp_new_blog_notification() {}
        $_SERVER["HTTP_HOST"] = $argv[2];
        require $argv[1] . "/wp-load.php";
        require ABSPATH . "wp-admin/includes/upgrade.php";
        wp_install("Title", "admin", "admin@" . $argv[2], true, "", bin2hex(random_bytes(12)));
        exit(is_blog_installed() ? 0 : 1);' "$data/www" "$name.example" >/dev/null
}

host_web() {
    cat >"/etc/nginx/conf.d/by-hand-$name.conf" <<END
server {
    listen 80;
    server_name $name.example;
    location / {
        proxy_set_header Host \$host;
        proxy_pass http://unix:$run/http.sock:;
    }
}
END
    nginx -t -q
    systemctl reload nginx
}

share() {
    cat >"/etc/nginx/conf.d/by-hand-$name.conf" <<END
server {
    listen 80;
    server_name $name.example;
    root $data/www;
    index index.php;
    location / { try_files \$uri \$uri/ /index.php?\$args; }
    location ~ \.php\$ {
        include /etc/nginx/fastcgi_params;
        fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
        fastcgi_pass unix:$run/php.sock;
    }
}
END
    chmod o+x "$run"
    chmod o+rw "$run/php.sock"
    nginx -t -q
    systemctl reload nginx
}

page() { first_page "$name.example"; }

add() {
    # Stands for DNS, without which WordPress waits for minutes when it asks itself for a page.
    echo "127.0.0.1 $name.example" >>/etc/hosts
    local begin=$EPOCHREALTIME
    timed 'two accounts' accounts
    timed 'namespace + links + rules' network
    timed 'mariadb-install-db' database
    timed 'settings + units + daemon-reload' settings
    timed 'start MariaDB' start_database
    timed 'database and user' schema
    timed 'copy WordPress' files
    timed 'start PHP and nginx' start_php
    timed "reload the host's nginx" host_web
    timed 'wp_install' wordpress
    timed 'first page' page
    took add "$way" 1
}

remove() {
    rm -f "/etc/nginx/conf.d/by-hand-$name.conf"
    systemctl reload nginx
    systemctl stop "by-hand-web-$name" "by-hand-php-$name" "by-hand-mysqld-$name"
    iptables -D FORWARD -o "hand$number" -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
    iptables -D FORWARD -i "hand$number" ! -d 10.20.0.0/16 -j ACCEPT
    iptables -t nat -D POSTROUTING -s "$subnet" ! -d 10.20.0.0/16 -j MASQUERADE
    ip link del "hand$number"
    ip netns del "$name"
    userdel "$name"
    userdel "$name-db"
    rm -rf "$data" "$run" "$etc" "/etc/systemd/system/by-hand-"*"-$name.service"
    systemctl daemon-reload
}
