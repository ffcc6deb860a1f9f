<?php
/** What it takes to have a PHP-FPM run one script (FastCGI 1.0). */
declare(strict_types=1);

const FCGI_BEGIN = 1;
const FCGI_PARAMETERS = 4;
const FCGI_INPUT = 5;
const FCGI_OUTPUT = 6;
const FCGI_ERRORS = 7;

function fcgi_record(int $type, string $content): string
{
    return pack('CCnnCx', 1, $type, 1, strlen($content), 0) . $content;
}

function fcgi_parameter(string $name, string $value): string
{
    return pack('NN', strlen($name) | 0x80000000, strlen($value) | 0x80000000) . $name . $value;
}

/** A POST of plain text to a script. */
function fcgi_request(string $script, string $body): string
{
    $parameters = [
        'SCRIPT_FILENAME' => $script,
        'REQUEST_METHOD' => 'POST',
        'CONTENT_TYPE' => 'text/plain',
        'CONTENT_LENGTH' => (string) strlen($body),
    ];
    $records = fcgi_record(FCGI_BEGIN, pack('nCx5', 1, 0));
    $records .= fcgi_record(FCGI_PARAMETERS, implode('', array_map('fcgi_parameter', array_keys($parameters), $parameters)));
    $records .= fcgi_record(FCGI_PARAMETERS, '');
    foreach (str_split($body, 32768) as $part) {
        $records .= fcgi_record(FCGI_INPUT, $part);
    }
    return $records . fcgi_record(FCGI_INPUT, '');
}

/** The content of all records of one type. */
function fcgi_content(string $records, int $wanted): string
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

/** What the script printed, after its headers; what it complained of goes to standard error. False where nobody listens. */
function fcgi_ask(string $socket, string $script, string $body): string|false
{
    $fpm = @stream_socket_client("unix://$socket");
    if ($fpm === false) {
        return false;
    }
    fwrite($fpm, fcgi_request($script, $body));
    stream_set_timeout($fpm, 240);
    $records = (string) stream_get_contents($fpm);
    fwrite(STDERR, fcgi_content($records, FCGI_ERRORS));
    return explode("\r\n\r\n", fcgi_content($records, FCGI_OUTPUT), 2)[1] ?? '';
}
