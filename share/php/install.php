<?php
/**
 * Installs WordPress: run by PHP's command line inside the site's sandbox, as the site's account, without any request to
 * the site itself and without mail. It may be run again: it goes on where it was interrupted and overwrites nothing.
 *
 * Standard input, one JSON object:
 *   title, user, email, password, locale   what a person would type into WordPress' own form
 *   core            "managed": /srv/core is bound at /srv/www already, only wp-content is the site's own;
 *                   "private": the site gets its own copy of /srv/core
 *   set_password    true: where WordPress is installed already, give `user` this password
 * Standard output, one JSON object: {"installed": true, "changed": bool, "version": "6.1.9"}; on failure
 * {"installed": false, "error": "..."} and exit status 1.
 */
declare(strict_types=1);

const CORE = '/srv/core';
const ROOT = '/srv/www';
/** A table that exists while an installation is under way: what else is in the database then is ours. */
const MARK = 'wpns_installing';

/** Prints the answer and ends. WordPress may have printed before: that is dropped. */
function answer(array $answer): never
{
    while (ob_get_level() > 0) {
        ob_end_clean();
    }
    $GLOBALS['answered'] = true;
    echo json_encode($answer, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE), "\n";
    exit($answer['installed'] ? 0 : 1);
}

function fail(string $message): never
{
    $text = html_entity_decode(strip_tags($message), ENT_QUOTES | ENT_HTML5);
    answer(['installed' => false, 'error' => trim((string) preg_replace('/\s+/', ' ', $text))]);
}

function read_request(): array
{
    $request = json_decode((string) stream_get_contents(STDIN), true);
    if (!is_array($request)) {
        fail('standard input is not a JSON object');
    }
    foreach (['title', 'user', 'email', 'password', 'locale', 'core'] as $key) {
        if (!is_string($request[$key] ?? null)) {
            fail("\"$key\" is missing or not a string");
        }
    }
    if (!in_array($request['core'], ['managed', 'private'], true)) {
        fail('"core" is neither "managed" nor "private"');
    }
    return $request;
}

function make_directory(string $path): void
{
    if (!is_dir($path) && !mkdir($path, 0755)) {
        fail("cannot make the directory $path");
    }
}

/** A file is there with all its bytes or not at all. */
function copy_file(string $from, string $to): void
{
    if (file_exists($to)) {
        return;
    }
    $new = "$to.wpns-new";
    if (!copy($from, $new) || !touch($new, (int) filemtime($from)) || !rename($new, $to)) {
        fail("cannot copy $from to $to");
    }
}

function copy_tree(string $from, string $to, string $except = ''): void
{
    make_directory($to);
    foreach (array_diff((array) scandir($from), ['.', '..', $except]) as $name) {
        is_dir("$from/$name") ? copy_tree("$from/$name", "$to/$name") : copy_file("$from/$name", "$to/$name");
    }
}

/** Everything below $path on the disk before what comes next. */
function sync_to_disk(string $path): void
{
    $process = proc_open(['/bin/sync', '-f', $path], [], $pipes);
    if (!is_resource($process) || proc_close($process) !== 0) {
        fail("cannot write $path to the disk");
    }
}

/** index.php comes last and tells that all the rest is there: what the owner deletes later stays deleted. */
function copy_files(string $core): bool
{
    $to = $core === 'managed' ? ROOT . '/wp-content' : ROOT;
    if (file_exists("$to/index.php")) {
        return false;
    }
    copy_tree($core === 'managed' ? CORE . '/wp-content' : CORE, $to, 'index.php');
    foreach (['themes', 'plugins', 'languages', 'uploads', 'upgrade'] as $name) {
        make_directory(ROOT . "/wp-content/$name");
    }
    $silence = ROOT . '/wp-content/index.php';
    if (!file_exists($silence) && file_put_contents($silence, "<?php\n// Silence is golden.\n") === false) {
        fail("cannot write $silence");
    }
    if ($core === 'private') {
        copy_file(CORE . '/index.php', ROOT . '/index.php');
    }
    sync_to_disk($to);
    return true;
}

/** Hooks that must be there before WordPress is (WP_Hook::build_preinitialized_hooks). */
function hook(string $name, callable $function): void
{
    $GLOBALS['wp_filter'][$name][10][] = ['function' => $function, 'accepted_args' => 1];
}

/** Drops what an interrupted installation has left. True when WordPress is installed. */
function is_installed(): bool
{
    global $wpdb;
    $tables = $wpdb->get_col('SHOW TABLES');
    if (in_array(MARK, $tables, true)) {
        foreach (array_diff($tables, [MARK]) as $table) {
            $wpdb->query("DROP TABLE `$table`");
        }
        return false;
    }
    return is_blog_installed();
}

function install(array $request): void
{
    global $wpdb, $wp_rewrite;
    $wpdb->query('CREATE TABLE IF NOT EXISTS `' . MARK . '` (started DATETIME DEFAULT CURRENT_TIMESTAMP)');
    $result = wp_install($request['title'], $request['user'], $request['email'], true, '',
        wp_slash($request['password']), $request['locale'] === 'en_US' ? '' : $request['locale']);
    if (is_wp_error($result['user_id'] ?? null) || empty($result['user_id'])) {
        fail('the administrator could not be made');
    }
    $theme = wp_get_theme();
    if (!$theme->exists()) {
        foreach (wp_get_themes() as $theme) {
            switch_theme($theme->get_stylesheet());
            break;
        }
    }
    $wp_rewrite->set_permalink_structure('/%year%/%monthnum%/%day%/%postname%/');
    $wp_rewrite->flush_rules(false);
    $wpdb->query('DROP TABLE `' . MARK . '`');
}

function set_password(array $request): void
{
    $user = get_user_by('login', $request['user']);
    if (!$user) {
        fail("there is no user {$request['user']}");
    }
    // slashed, as the login form gives it to the comparison
    wp_set_password(wp_slash($request['password']), $user->ID);
}

umask(0022);
set_time_limit(0);
ob_start();
register_shutdown_function(static function (): void {
    if (empty($GLOBALS['answered'])) {
        fail(error_get_last()['message'] ?? 'WordPress ended without a reason');
    }
});

$request = read_request();
$changed = copy_files($request['core']);

define('WP_INSTALLING', true);
/** No mail: there is no mail program in the sandbox, and the caller knows the password. */
function wp_new_blog_notification(): void
{
}
hook('pre_http_request', static fn () => new WP_Error('wpns', 'no requests while installing'));
hook('wp_die_handler', static fn () => static fn ($message) =>
    fail(is_wp_error($message) ? $message->get_error_message() : (string) $message));

require ROOT . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

if (!is_installed()) {
    install($request);
    $changed = true;
} elseif (($request['set_password'] ?? false) === true) {
    set_password($request);
    $changed = true;
}
answer(['installed' => true, 'changed' => $changed, 'version' => $wp_version]);
