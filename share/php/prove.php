<?php
/**
 * Looks at what was restored from a backup for a test: run by PHP's command line inside the sandbox of the site, as its
 * account, with the restored files and the restored database in the places of its own. WordPress is not loaded: with it
 * would run what the site has installed.
 *
 * Standard input, one JSON object:
 *   files   the directory that was unpacked
 * Standard output, one JSON object: {"proven": true, "url": "http://…", "tables": 12, "files": 345}; where something is
 * missing or damaged {"proven": false, "error": "..."} and exit status 1.
 */
declare(strict_types=1);

require __DIR__ . '/installer.php';
$done = 'proven';

/** The same as in wp-config.php, which would load WordPress. */
const SOCKET = '/run/wpns/mysqld.sock';
const PREFIX = 'wp_';

/** How many names a directory and all below it are; one that cannot be read could not be backed up either. */
function names_in(string $path): int
{
    $count = 1;
    if (is_link($path) || !is_dir($path) || ($entries = @opendir($path)) === false) {
        return $count;
    }
    while (($name = readdir($entries)) !== false) {
        if ($name !== '.' && $name !== '..') {
            $count += names_in("$path/$name");
        }
    }
    closedir($entries);
    return $count;
}

/** @return list<string> */
function tables(mysqli $database): array
{
    return array_column($database->query("SELECT TABLE_NAME FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')")->fetch_all(), 0);
}

/** The server reads each table from end to end. */
function check(mysqli $database, string $table): void
{
    foreach ($database->query('CHECK TABLE `' . str_replace('`', '``', $table) . '`') as $row) {
        if (strtolower($row['Msg_type']) === 'error' || strcasecmp($row['Msg_text'], 'Corrupt') === 0) {
            fail("table $table: {$row['Msg_text']}");
        }
    }
}

/** What makes it a WordPress that somebody can log in to. Gives its address. */
function require_wordpress(mysqli $database, array $tables): string
{
    foreach (['options', 'posts', 'users', 'usermeta'] as $name) {
        if (!in_array(PREFIX . $name, $tables, true)) {
            fail('there is no table ' . PREFIX . $name);
        }
    }
    $url = $database->query('SELECT option_value FROM ' . PREFIX . "options WHERE option_name = 'siteurl'")->fetch_row()[0] ?? '';
    if ($url === '') {
        fail('the site has no address (option siteurl)');
    }
    $admins = $database->query('SELECT COUNT(*) FROM ' . PREFIX . 'users JOIN ' . PREFIX . "usermeta ON user_id = ID
        WHERE meta_key = '" . PREFIX . "capabilities' AND meta_value LIKE '%\"administrator\"%'")->fetch_row()[0];
    if ((int) $admins === 0) {
        fail('there is no administrator');
    }
    return $url;
}

$request = read_request(['files']);
ini_set('memory_limit', '-1');  // that of the sandbox holds
try {
    mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
    $database = new mysqli('localhost', 'wordpress', '', 'wordpress', 0, SOCKET);
    $database->set_charset('utf8mb4');
    $tables = tables($database);
    foreach ($tables as $table) {
        check($database, $table);
    }
    $url = require_wordpress($database, $tables);
} catch (mysqli_sql_exception $error) {
    fail('the database refused: ' . $error->getMessage());
}
answer(['proven' => true, 'url' => $url, 'tables' => count($tables), 'files' => names_in($request['files'])]);
