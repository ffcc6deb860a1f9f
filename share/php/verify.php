<?php
// Answers the requests of `wpns verify` about the database, as the site, in the sandbox of exec: "NUMBER sql STATEMENT" or
// "NUMBER login USER socket|tcp" a line; "NUMBER<tab>OUTCOME" comes back: "ok", the values of all rows, or the error's number.

mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);

function connect(string $user, string $by): mysqli
{
    return $by === 'tcp'
        ? new mysqli('127.0.0.1', $user, '', '', 3306)
        : new mysqli(null, $user, '', '', 0, '/run/wpns/mysqld.sock');
}

function outcome(mysqli $database, string $statement): string
{
    $result = $database->query($statement);
    if ($result === true) {
        return 'ok';
    }
    $values = [];
    foreach ($result->fetch_all() as $row) {
        $values[] = $row[0] ?? 'NULL';
    }
    sort($values);
    return implode(',', $values);
}

function answer(array $words, ?mysqli &$own): string
{
    try {
        if ($words[1] === 'login') {
            [$user, $by] = explode(' ', $words[2]);
            connect($user === '-' ? '' : $user, $by);
            return 'logged in';
        }
        try {
            $own ??= connect('wordpress', 'socket');
        } catch (mysqli_sql_exception $error) {
            return 'could not run: login: ' . $error->getCode();
        }
        return outcome($own, $words[2]);
    } catch (mysqli_sql_exception $error) {
        return (string) $error->getCode();
    }
}

$own = null;
while (($line = fgets(STDIN)) !== false) {
    $words = explode(' ', rtrim($line, "\n"), 3);
    echo $words[0], "\t", str_replace(["\n", "\t"], ' ', answer($words, $own)), "\n";
}
