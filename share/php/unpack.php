<?php
/**
 * Unpacks an archive of WordPress: run by PHP's command line in a sandbox that sees neither files nor network, as an
 * account that owns nothing. Standard input is the archive (.zip, .tar.gz or .tar.xz, told by its first bytes), a file.
 * Standard output is, for each regular file, one line "SIZE MTIME PATH" and then SIZE bytes; at the end the line "end".
 * wpns makes the files from that and believes none of it (model/archive_tree.hpp).
 *
 * Everything but regular files and directories is refused, and what is over the budget. The reason goes to standard
 * error, with exit status 1.
 */
declare(strict_types=1);

const MOST_ENTRIES = 100_000;
const MOST_BYTES = 2 << 30;
const CHUNK = 1 << 18;

function fail(string $reason): never
{
    fwrite(STDERR, preg_replace('/[^\x20-\x7e]/', '?', $reason) . "\n");
    exit(1);
}

/** Counts what was let through, and writes the records. */
final class Writer
{
    private int $entries = 0;
    private int $bytes = 0;

    /** One entry of any kind. */
    public function count(int $size): void
    {
        $this->bytes += $size;
        if (++$this->entries > MOST_ENTRIES) {
            fail('it has more than 100000 entries');
        }
        if ($size < 0 || $this->bytes > MOST_BYTES) {
            fail('it has more than 2 GiB');
        }
    }

    public function begin(int $size, int $mtime, string $path): void
    {
        // Dots and slashes are for wpns to judge; a newline would be another line here.
        if (preg_match('/[\x00-\x1f\x7f]/', $path)) {
            fail("a name has control bytes: $path");
        }
        $this->write("$size " . max(0, $mtime) . " $path\n");
    }

    public function write(string $bytes): void
    {
        while ($bytes !== '') {
            $written = fwrite(STDOUT, $bytes);
            if ($written === false || $written === 0) {
                fail('what is in it cannot be written');
            }
            $bytes = substr($bytes, $written);
        }
    }
}

/** Reads from a pipe or a file to the last byte that was asked for. */
function read_exactly($stream, int $size): string
{
    $text = '';
    while (strlen($text) < $size) {
        $part = fread($stream, min(CHUNK, $size - strlen($text)));
        if ($part === false || $part === '') {
            fail('it ends in the middle');
        }
        $text .= $part;
    }
    return $text;
}

function pass_on($stream, int $size, Writer $writer): void
{
    for ($left = $size; $left > 0; $left -= CHUNK) {
        $writer->write(read_exactly($stream, min(CHUNK, $left)));
    }
}

/** A number in octal digits, as tar writes it. */
function octal(string $field): int
{
    $digits = trim($field, " \0");
    if (!preg_match('/^[0-7]{0,11}$/', $digits)) {
        fail('it is no tar archive that wpns reads');
    }
    return (int) octdec($digits);
}

/** The records "LENGTH KEY=VALUE\n" of a pax header. */
function pax_values(string $text): array
{
    $values = [];
    while ($text !== '') {
        if (!preg_match('/^(\d{1,5}) ([^=]+)=/', $text, $match) || (int) $match[1] <= strlen($match[0])) {
            fail('it has a broken pax header');
        }
        $values[$match[2]] = substr($text, strlen($match[0]), (int) $match[1] - strlen($match[0]) - 1);
        $text = substr($text, (int) $match[1]);
    }
    return $values;
}

/** The header block as an array; nothing at the end of the archive. */
function tar_header($stream): ?array
{
    $block = read_exactly($stream, 512);
    if (trim($block, "\0") === '') {
        return null;
    }
    $sum = array_sum(array_map('ord', str_split(substr_replace($block, str_repeat(' ', 8), 148, 8))));
    if (octal(substr($block, 148, 8)) !== $sum) {
        fail('it is no tar archive, or it is broken');
    }
    $name = rtrim(substr($block, 0, 100), "\0");
    $prefix = substr($block, 257, 6) === "ustar\0" ? rtrim(substr($block, 345, 155), "\0") : '';
    return [
        'path' => $prefix === '' ? $name : "$prefix/$name",
        'size' => octal(substr($block, 124, 12)),
        'mtime' => octal(substr($block, 136, 12)),
        'type' => $block[156] === "\0" ? '0' : $block[156],
    ];
}

/** Text that belongs to the next entry: a long name or a pax header. */
function tar_text($stream, int $size): string
{
    if ($size > 65536) {
        fail('it has a header of more than 64 KiB');
    }
    $text = read_exactly($stream, $size);
    read_exactly($stream, -$size & 511);
    return $text;
}

function unpack_tar($stream, Writer $writer): void
{
    $kinds = ['1' => 'a hard link', '2' => 'a symbolic link', '3' => 'a device', '4' => 'a device', '6' => 'a pipe'];
    $next = [];
    while (($header = tar_header($stream)) !== null) {
        $type = $header['type'];
        if ($type === 'L' || $type === 'x' || $type === 'g') {
            $writer->count($header['size']);
            $text = tar_text($stream, $header['size']);
            // what is said of all entries (g) is a comment of git
            $next = $type === 'L' ? ['path' => rtrim($text, "\0")] + $next
                : ($type === 'x' ? pax_values($text) + $next : $next);
            continue;
        }
        $path = preg_replace('#^(\./)+#', '', $next['path'] ?? $header['path']);
        $size = (int) ($next['size'] ?? $header['size']);
        $next = [];
        if ($type !== '0' && $type !== '5' && $type !== '7') {
            fail('it has ' . ($kinds[$type] ?? 'something that is neither file nor directory') . ": $path");
        }
        $writer->count($type === '5' ? 0 : $size);
        if ($type === '5') {
            read_exactly($stream, $size + (-$size & 511));
            continue;
        }
        $writer->begin($size, $header['mtime'], $path);
        pass_on($stream, $size, $writer);
        read_exactly($stream, -$size & 511);
    }
}

/** The archive through the program that decompresses it. Its own failure is told by the missing end of the archive. */
function decompressed(string $program)
{
    if (!is_executable($program)) {
        fail("$program is not there" . ($program === '/usr/bin/xz' ? ' (apt install xz-utils)' : ''));
    }
    $process = proc_open([$program, '-dc'], [0 => STDIN, 1 => ['pipe', 'w'], 2 => ['file', '/dev/null', 'w']], $pipes);
    if (!is_resource($process)) {
        fail("$program cannot be run");
    }
    $GLOBALS['decompressor'] = $process;
    return $pipes[1];
}

/** ZipArchive wants a file with a name. */
function open_zip(): ZipArchive
{
    if (!class_exists('ZipArchive')) {
        fail('PHP has no module for zip archives (apt install php-zip, or take a .tar.gz)');
    }
    $copy = fopen('/tmp/archive.zip', 'xb');
    if ($copy === false || stream_copy_to_stream(STDIN, $copy) === false || !fclose($copy)) {
        fail('it cannot be copied');
    }
    $zip = new ZipArchive();
    if ($zip->open('/tmp/archive.zip', ZipArchive::RDONLY) !== true) {
        fail('it is no zip archive, or it is broken');
    }
    return $zip;
}

/** The type that a Unix has noted for an entry: 0 where none has. */
function zip_type(ZipArchive $zip, int $index): int
{
    $system = $attributes = 0;
    $zip->getExternalAttributesIndex($index, $system, $attributes);
    return $system === ZipArchive::OPSYS_UNIX ? $attributes >> 16 & 0170000 : 0;
}

function unpack_zip(ZipArchive $zip, Writer $writer): void
{
    if ($zip->numFiles > MOST_ENTRIES) {
        fail('it has more than 100000 entries');
    }
    for ($index = 0; $index < $zip->numFiles; ++$index) {
        $entry = $zip->statIndex($index, ZipArchive::FL_ENC_RAW);
        $type = zip_type($zip, $index);
        if ($entry === false) {
            fail('it is a broken zip archive');
        }
        if ($type !== 0 && $type !== 0100000 && $type !== 0040000) {
            fail('it has ' . ($type === 0120000 ? 'a symbolic link' : 'something that is neither file nor directory') .
                ": {$entry['name']}");
        }
        $writer->count((int) $entry['size']);
        if (str_ends_with($entry['name'], '/')) {
            continue;
        }
        $stream = $zip->getStreamIndex($index);
        if ($stream === false) {
            fail("it cannot be read: {$entry['name']}");
        }
        $writer->begin((int) $entry['size'], (int) $entry['mtime'], $entry['name']);
        pass_on($stream, (int) $entry['size'], $writer);
        fclose($stream);
    }
}

$writer = new Writer();
$magic = (string) fread(STDIN, 6);
fseek(STDIN, 0);
if (str_starts_with($magic, "PK\x03\x04")) {
    unpack_zip(open_zip(), $writer);
} elseif (str_starts_with($magic, "\x1f\x8b")) {
    unpack_tar(decompressed('/usr/bin/gzip'), $writer);
} elseif ($magic === "\xfd7zXZ\0") {
    unpack_tar(decompressed('/usr/bin/xz'), $writer);
} else {
    fail('it is neither a zip nor a tar.gz nor a tar.xz archive');
}
$writer->write("end\n");
