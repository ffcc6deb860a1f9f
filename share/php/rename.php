<?php
/**
 * Gives the copy of a site its own address: run by PHP's command line inside the sandbox of the copy, as its account,
 * before it serves for the first time. WordPress is not loaded: with it would run what the site has installed.
 *
 * Every text in every table is looked at. What is changed is "//" and a server name, also as JSON and as part of an
 * address write it, and in serialised values the lengths with it; names without "//" (addresses of mail) stay. Keys,
 * generated columns, and values that could not be read or stored again, stay as they are.
 *
 * Standard input, one JSON object:
 *   from   list of server names that the content may hold
 *   to     the server name that takes their place
 *   url    the address of the copy
 * Standard output, one JSON object: {"renamed": true, "values": 12, "skipped": 0}; on failure {"renamed": false,
 * "error": "..."} and exit status 1.
 */
declare(strict_types=1);

require __DIR__ . '/installer.php';
require __DIR__ . '/serialized.php';
$done = 'renamed';

/** The same as in wp-config.php, which would load WordPress. */
const SOCKET = '/run/wpns/mysqld.sock';
const PREFIX = 'wp_';
const TEXTS = ['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext'];
const BYTES = ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'];
/** Too long, there already, not what the table checks for: that value stays as it is. */
const REFUSALS = [1406, 1062, 4025];

final class Renamer
{
    private string $pattern;
    public int $values = 0;
    public int $skipped = 0;

    /** @param list<string> $from */
    public function __construct(private readonly array $from, private readonly string $to)
    {
        $names = implode('|', array_map(static fn (string $name) => preg_quote($name, '~'), $from));
        $this->pattern = "~((?:\\\\{0,8}+/){2}|%2F%2F)(?:$names)(?![\\w-]|\\.[\\w-])~i";
    }

    public function renamed(string $text): string
    {
        if (!$this->concerns($text)) {
            return $text;
        }
        return Serialized::map($text, $this->renamed(...))
            ?? preg_replace($this->pattern, '${1}' . $this->to, $text) ?? $text;
    }

    private function concerns(string $text): bool
    {
        foreach ($this->from as $name) {
            if (stripos($text, $name) !== false) {
                return true;
            }
        }
        return false;
    }

    /** What PHP could read before, it can read afterwards; else the value stays. */
    public function renamed_safely(string $text): string
    {
        $new = $this->renamed($text);
        if ($new === $text || !is_readable_value($text) || is_readable_value($new)) {
            return $new;
        }
        ++$this->skipped;
        return $text;
    }

    /** A condition that holds at least for all rows that are concerned. */
    public function condition(array $columns): string
    {
        $parts = [];
        foreach ($columns as $column) {
            foreach ($this->from as $name) {
                $parts[] = quoted($column) . " LIKE '%$name%'";
            }
        }
        return implode(' OR ', $parts);
    }
}

/** True for what unserialize() takes; objects become nothing. */
function is_readable_value(string $text): bool
{
    return trim($text) === 'b:0;' || @unserialize(trim($text), ['allowed_classes' => false]) !== false;
}

function quoted(string $name): string
{
    return '`' . str_replace('`', '``', $name) . '`';
}

/** The columns of every table: [table => ['texts' => [name…], 'key' => [name => is bytes…]]]. */
function tables(mysqli $database): array
{
    $tables = [];
    $rows = $database->query("SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_KEY, EXTRA
        FROM information_schema.COLUMNS JOIN information_schema.TABLES USING (TABLE_SCHEMA, TABLE_NAME)
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME, ORDINAL_POSITION");
    foreach ($rows as ['TABLE_NAME' => $table, 'COLUMN_NAME' => $column, 'DATA_TYPE' => $type, 'COLUMN_KEY' => $key, 'EXTRA' => $extra]) {
        $tables[$table] ??= ['texts' => [], 'key' => []];
        if ($key === 'PRI') {
            $tables[$table]['key'][$column] = in_array($type, BYTES, true);
        } elseif (in_array($type, TEXTS, true) && !str_contains($extra, 'GENERATED')) {
            $tables[$table]['texts'][] = $column;
        }
    }
    return $tables;
}

/** Stores a value; a table that does not take it keeps what it has. */
function store(mysqli $database, Renamer $renamer, string $statement, array $values): void
{
    try {
        $database->execute_query($statement, $values);
        ++$renamer->values;
    } catch (mysqli_sql_exception $refused) {
        if (!in_array($refused->getCode(), REFUSALS, true)) {
            throw $refused;
        }
        ++$renamer->skipped;
    }
}

/** Row by row: the keys first, then one value at a time, however large they are. */
function rename_by_key(mysqli $database, Renamer $renamer, string $table, array $texts, array $key): void
{
    $chosen = $where = [];
    foreach ($key as $column => $is_bytes) {
        $name = quoted((string) $column);
        $chosen[] = $is_bytes ? "HEX($name)" : $name;
        $where[] = $is_bytes ? "$name = UNHEX(?)" : "$name = ?";
    }
    $keys = $database->query('SELECT ' . implode(', ', $chosen) . ' FROM ' . quoted($table) . ' WHERE '
        . $renamer->condition($texts));
    $place = ' WHERE ' . implode(' AND ', $where);
    while ($row = $keys->fetch_row()) {
        foreach ($texts as $column) {
            $name = quoted($column);
            $old = $database->execute_query("SELECT $name FROM " . quoted($table) . $place, $row)->fetch_row()[0] ?? null;
            $new = $old === null ? null : $renamer->renamed_safely($old);
            if ($new !== $old) {
                store($database, $renamer, 'UPDATE ' . quoted($table) . " SET $name = ?$place", [$new, ...$row]);
            }
        }
    }
}

/** Without a key a row is known by the value itself. */
function rename_by_value(mysqli $database, Renamer $renamer, string $table, array $texts): void
{
    foreach ($texts as $column) {
        $name = quoted($column);
        $rows = $database->query("SELECT $name FROM " . quoted($table) . ' WHERE ' . $renamer->condition([$column]));
        foreach (array_unique(array_column($rows->fetch_all(), 0)) as $old) {
            $new = $renamer->renamed_safely($old);
            if ($new !== $old) {
                store($database, $renamer, 'UPDATE ' . quoted($table) . " SET $name = ?
                    WHERE CONVERT($name USING utf8mb4) = ? COLLATE utf8mb4_nopad_bin", [$new, $old]);
            }
        }
    }
}

/** What WordPress itself keeps: its address, and who is logged in. */
function make_own(mysqli $database, array $tables, string $url): void
{
    if (isset($tables[PREFIX . 'options'])) {
        $database->execute_query('UPDATE ' . PREFIX . "options SET option_value = ? WHERE option_name IN ('siteurl', 'home')", [$url]);
    }
    if (isset($tables[PREFIX . 'usermeta'])) {
        $database->query('DELETE FROM ' . PREFIX . "usermeta WHERE meta_key = 'session_tokens'");
    }
}

$request = read_request(['to', 'url']);
$from = $request['from'] ?? null;
foreach (is_array($from) && $from !== [] ? [...$from, $request['to']] : [''] as $name) {
    if (!is_string($name) || !preg_match('/^[a-z0-9.-]+$/', $name)) {
        fail('"from" and "to" are not server names');
    }
}
ini_set('memory_limit', '-1');  // that of the sandbox holds
try {
    mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
    $database = new mysqli('localhost', 'wordpress', '', 'wordpress', 0, SOCKET);
    $database->set_charset('utf8mb4');
    $database->query("SET SESSION sql_mode = 'STRICT_ALL_TABLES'");
    $renamer = new Renamer($from, $request['to']);
    $tables = tables($database);
    foreach ($tables as $table => ['texts' => $texts, 'key' => $key]) {
        $database->begin_transaction();
        if ($texts !== [] && $key !== []) {
            rename_by_key($database, $renamer, (string) $table, $texts, $key);
        } elseif ($texts !== []) {
            rename_by_value($database, $renamer, (string) $table, $texts);
        }
        $database->commit();
    }
    make_own($database, $tables, $request['url']);
} catch (mysqli_sql_exception $error) {
    fail('the database refused: ' . $error->getMessage());
}
answer(['renamed' => true, 'values' => $renamer->values, 'skipped' => $renamer->skipped]);
