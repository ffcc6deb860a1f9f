<?php
// Has the PHP-FPM that runs answer the requests of `wpns verify`: what answers then has the walls that the process got when it
// was started, not those that its unit has on disk by now. Run in the sandbox of exec; requests come by standard input, answers
// go to standard output.

const BEGIN = 1;
const PARAMETERS = 4;
const INPUT = 5;
const OUTPUT = 6;
const ERRORS = 7;

function record(int $type, string $content): string
{
    return pack('CCnnCx', 1, $type, 1, strlen($content), 0) . $content;
}

function parameter(string $name, string $value): string
{
    return pack('NN', strlen($name) | 0x80000000, strlen($value) | 0x80000000) . $name . $value;
}

function request(string $body): string
{
    $parameters = [
        'SCRIPT_FILENAME' => __DIR__ . '/verify-child.php',
        'REQUEST_METHOD' => 'POST',
        'CONTENT_TYPE' => 'text/plain',
        'CONTENT_LENGTH' => (string) strlen($body),
    ];
    $records = record(BEGIN, pack('nCx5', 1, 0));
    $records .= record(PARAMETERS, implode('', array_map('parameter', array_keys($parameters), $parameters)));
    $records .= record(PARAMETERS, '');
    foreach (str_split($body, 32768) as $part) {
        $records .= record(INPUT, $part);
    }
    return $records . record(INPUT, '');
}

/** The content of all records of one type. */
function content_of(string $records, int $wanted): string
{
    $content = '';
    for ($at = 0; $at + 8 <= strlen($records); $at += 8 + $header['length'] + $header['padding']) {
        $header = unpack('Cversion/Ctype/nid/nlength/Cpadding', $records, $at);
        if ($header['type'] === $wanted) {
            $content .= substr($records, $at + 8, $header['length']);
        }
    }
    return $content;
}

$fpm = stream_socket_client('unix:///run/wpns/php.sock');
if ($fpm === false) {
    exit(1);
}
fwrite($fpm, request(stream_get_contents(STDIN)));
$records = stream_get_contents($fpm);
fwrite(STDERR, content_of($records, ERRORS));
echo explode("\r\n\r\n", content_of($records, OUTPUT), 2)[1] ?? '';
