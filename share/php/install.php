<?php
/**
 * Installs WordPress: run by PHP's command line inside the site's sandbox, as the site's account, without any request to
 * the site itself and without mail. It may be run again: it goes on where it was interrupted and overwrites nothing.
 *
 * The PHP-FPM of a new site, which has its files, may run it too, asked by FastCGI as no visitor can. Then it does what
 * needs no WordPress, or says that it has not.
 *
 * Standard input (or the body of the request), one JSON object:
 *   url                                    the address of the site
 *   title, user, email, password, locale   what a person would type into WordPress' own form
 *   password_hash   in place of the password: its hash; enough for the clone of an image alone
 *   core            "managed": /srv/core is bound at /srv/www already, only wp-content is the site's own;
 *                   "private": the site gets its own copy of /srv/core
 *   set_password    true: where WordPress is installed already, give `user` this password
 * Standard output, one JSON object: {"installed": true, "changed": bool}; on failure
 * {"installed": false, "error": "..."} and exit status 1.
 */
declare(strict_types=1);

require __DIR__ . '/installer.php';
require __DIR__ . '/owner.php';

const CORE = '/srv/core';
const ROOT = '/srv/www';
/** A table that exists while an installation is under way: what else is in the database then is ours. */
const MARK = 'wpns_installing';

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

/** What belongs into wp-content and is not in every core. */
function complete_content(): void
{
    foreach (['themes', 'plugins', 'languages', 'uploads', 'upgrade'] as $name) {
        make_directory(ROOT . "/wp-content/$name");
    }
    $silence = ROOT . '/wp-content/index.php';
    if (!file_exists($silence) && file_put_contents($silence, "<?php\n// Silence is golden.\n") === false) {
        fail("cannot write $silence");
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
    complete_content();
    if ($core === 'private') {
        copy_file(CORE . '/index.php', ROOT . '/index.php');
    }
    sync_to_disk($to);
    return true;
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
    global $wpdb;
    if (!isset($request['password'])) {
        fail('the database is no clone of an image, and there is no password to begin with');
    }
    $wpdb->query('CREATE TABLE IF NOT EXISTS `' . MARK . '` (started DATETIME DEFAULT CURRENT_TIMESTAMP)');
    install_wordpress($request['title'], $request['user'], $request['email'], $request['password'], $request['locale']);
    $wpdb->query('DROP TABLE `' . MARK . '`');
}

/** The owner of a clone of an image, with title and names as WordPress writes them. */
function owner_of(array $request): Owner
{
    $login = sanitize_user($request['user'], true);
    return new Owner(
        WP_HOME,
        sanitize_option('blogname', $request['title']),
        $request['email'],
        $login,
        mb_substr(sanitize_title($login), 0, 50),
        $request['password_hash'] ?? wp_hash_password(wp_slash($request['password'])),
        current_time('mysql'),
        current_time('mysql', true),
    );
}

/** Makes the clone of an image what install() would have made; false where there is nothing to do. */
function make_own(array $request): bool
{
    global $wpdb;
    if (!has_no_owner($wpdb->dbh)) {
        return false;
    }
    mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
    give($wpdb->dbh, owner_of($request));
    mysqli_report(MYSQLI_REPORT_OFF);
    wp_cache_flush();
    if (has_no_owner($wpdb->dbh)) {
        fail('the settings of the image are still there');
    }
    return true;
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

$request = read_request(['url', 'title', 'user', 'email', 'locale', 'core']);
if (!is_string($request['password'] ?? $request['password_hash'] ?? null)) {
    fail('there is neither "password" nor "password_hash", or it is not a string');
}
if (!in_array($request['core'], ['managed', 'private'], true)) {
    fail('"core" is neither "managed" nor "private"');
}
if (PHP_SAPI === 'cli') {
    $changed = copy_files($request['core']);
} elseif (glob(ROOT . '/wp-content/themes/*') === []) {
    fail('the site has no files yet');
} else {
    complete_content();
}

if (give_plainly($request, ROOT)) {
    answer(['installed' => true, 'changed' => true]);
}
if (PHP_SAPI !== 'cli') {
    fail('this takes WordPress, on the command line');
}
require ROOT . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

if (!is_installed()) {
    install($request);
    $changed = true;
} elseif (make_own($request)) {
    $changed = true;
} elseif (($request['set_password'] ?? false) === true) {
    set_password($request);
    $changed = true;
}
answer(['installed' => true, 'changed' => $changed]);
