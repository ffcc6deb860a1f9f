<?php
// Made by wpns: changes are overwritten. Outside of the document root and read-only for the site.
define('DB_NAME', 'wordpress');
define('DB_USER', 'wordpress');
// the database knows the site by its account (unix_socket): there is no password
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:/run/wpns/mysqld.sock');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
$table_prefix = 'wp_';

define('AUTH_KEY', '{{auth_key}}');
define('SECURE_AUTH_KEY', '{{secure_auth_key}}');
define('LOGGED_IN_KEY', '{{logged_in_key}}');
define('NONCE_KEY', '{{nonce_key}}');
define('AUTH_SALT', '{{auth_salt}}');
define('SECURE_AUTH_SALT', '{{secure_auth_salt}}');
define('LOGGED_IN_SALT', '{{logged_in_salt}}');
define('NONCE_SALT', '{{nonce_salt}}');

define('WP_HOME', '{{url}}');
define('WP_SITEURL', '{{url}}');

// a timer of systemd runs wp-cron.php
define('DISABLE_WP_CRON', true);
define('FS_METHOD', 'direct');
define('WP_TEMP_DIR', '/tmp/');

// "managed" or "private": whose the core is
define('WPNS_CORE', '{{core_mode}}');
require '/usr/share/wpns/php/hooks.php';

if (!defined('ABSPATH')) {
    define('ABSPATH', '/srv/www/');
}
require_once ABSPATH . 'wp-settings.php';
