<?php
/**
 * Makes a database image: an initialised data directory with the schema, the user and the tables of WordPress, which
 * every new site gets a clone of. Run by PHP's command line inside the sandbox of a database that is being initialised;
 * /var/lib/mysql is empty, /srv/www is the WordPress core, there is no site yet.
 *
 * Nothing in it is secret, and nobody can log in: the administrator's password hash is no hash. install.php gives a clone
 * its own settings.
 *
 * Arguments: the program that initialises the directory, with its own arguments
 * Standard input, one JSON object: locale
 * Standard output, one JSON object: {"made": true, "version": "6.1.9"}; on failure {"made": false, "error": "..."} and exit
 * status 1.
 */
declare(strict_types=1);

require __DIR__ . '/installer.php';
require __DIR__ . '/image-marks.php';
$done = 'made';

const SETTINGS = '--defaults-file=/etc/wpns/my.cnf';
const SOCKET = '/tmp/image.sock';
const PATIENCE = 120;

/** Starts a program; its output goes where ours goes to complain. */
function start(array $command)
{
    $process = proc_open($command, [0 => ['file', '/dev/null', 'r'], 1 => STDERR, 2 => STDERR], $pipes);
    if (!is_resource($process)) {
        fail("cannot start $command[0]");
    }
    return $process;
}

/** Waits until a program ends; the status can be asked for only once. */
function expect_end($process, string $name): void
{
    $status = proc_close($process);
    if ($status !== 0) {
        fail("$name ended with status $status");
    }
}

/** $command is the program that initialises, with its arguments. */
function initialise(array $command): void
{
    expect_end(start($command), $command[0]);
}

/** Nobody but us reaches the socket, so nobody need log in. A slow shutdown leaves nothing to be done at the next start. */
function start_server()
{
    $server = start(['/usr/sbin/mariadbd', SETTINGS, '--skip-grant-tables', '--skip-networking', '--socket=' . SOCKET,
        '--innodb-fast-shutdown=0']);
    mysqli_report(MYSQLI_REPORT_OFF);
    for ($end = time() + PATIENCE; time() < $end; usleep(5000)) {
        $link = mysqli_init();
        if (@$link->real_connect('localhost', 'wordpress', '', 'wordpress', 0, SOCKET)) {
            return $server;
        }
        if (!proc_get_status($server)['running']) {
            fail('mariadbd ended while it was starting');
        }
    }
    fail('mariadbd did not start within ' . PATIENCE . ' s');
}

function stop_server($server): void
{
    proc_terminate($server, SIGTERM_NUMBER);
    for ($end = time() + PATIENCE; time() < $end; usleep(5000)) {
        $status = proc_get_status($server);
        if (!$status['running']) {
            if ($status['signaled'] || $status['exitcode'] !== 0) {
                fail("mariadbd ended with status {$status['exitcode']}");
            }
            return;
        }
    }
    fail('mariadbd did not end within ' . PATIENCE . ' s');
}

/** Without ext-pcntl the name is not there. */
const SIGTERM_NUMBER = 15;

/** Takes away what belongs to the moment and to the maker: timers, caches, the password. */
function make_nobodys(): void
{
    global $wpdb;
    $wpdb->query("DELETE FROM $wpdb->options WHERE option_name = 'cron' OR option_name LIKE '%\_transient\_%'");
    $wpdb->update($wpdb->users, ['user_pass' => '*'], ['ID' => 1]);
    $wpdb->insert($wpdb->options, ['option_name' => IMAGE_MARK, 'option_value' => '1', 'autoload' => 'no']);
    if ($wpdb->last_error !== '') {
        fail("the database said: $wpdb->last_error");
    }
}

$request = read_request(['locale']);
initialise(array_slice($argv, 1));
$server = start_server();

const DB_NAME = 'wordpress';
const DB_USER = 'wordpress';
const DB_PASSWORD = '';
const DB_HOST = 'localhost:' . SOCKET;
const DB_CHARSET = 'utf8mb4';
const DB_COLLATE = '';
const WP_HOME = IMAGE_URL;
const WP_SITEURL = IMAGE_URL;
const DISABLE_WP_CRON = true;
const ABSPATH = '/srv/www/';
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $which) {
    define("{$which}_KEY", bin2hex(random_bytes(32)));
    define("{$which}_SALT", bin2hex(random_bytes(32)));
}
$table_prefix = 'wp_';
require ABSPATH . 'wp-settings.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

install_wordpress('wpns', 'wpns-image', 'image@wpns-image.invalid', bin2hex(random_bytes(32)), $request['locale']);
make_nobodys();
$wpdb->close();
stop_server($server);
answer(['made' => true, 'version' => $wp_version]);
