<?php
/**
 * Compiles the core of WordPress and our own hooks in advance: run by PHP's command line with the modules of the sites, in a
 * sandbox of its own, with the core at /srv/www and opcache.file_cache=/tmp. Nothing of it is run, no site is near.
 *
 * wp-content is left out: it belongs to each site, and only what nobody but root can change is compiled here.
 *
 * Argument: the id of this build of PHP, which is the name of the directory that the compiled code is written to.
 * Standard output: one record a file, as unpack.php writes them, with names below that directory. On failure one line at
 * standard error and exit status 1.
 */
declare(strict_types=1);

const CACHE = '/tmp';
const CORE = '/srv/www';
const OURS = '/usr/share/wpns/php/hooks.php';

function fail(string $reason): never
{
    fwrite(STDERR, "$reason\n");
    exit(1);
}

/** Every file of that ending below a directory. */
function files_below(string $directory, string $ending): Generator
{
    foreach (array_diff((array) scandir($directory), ['.', '..']) as $name) {
        $path = "$directory/$name";
        if (is_dir($path)) {
            yield from files_below($path, $ending);
        } elseif (str_ends_with($name, $ending)) {
            yield $path;
        }
    }
}

/** What is compiled declares its functions, so two files that declare the same one are not compiled by one process. */
function compile(array $paths): array
{
    return array_filter($paths, static fn (string $path) => !@opcache_compile_file($path));
}

/** The same in a process of its own; gives the paths that it could not compile. */
function compile_apart(array $paths, array $command): array
{
    $process = proc_open([...$command, '--compile'], [['pipe', 'r'], ['pipe', 'w'], ['file', '/dev/null', 'w']], $pipes);
    if ($process === false) {
        fail('no second process could be started');
    }
    fwrite($pipes[0], implode("\n", $paths));
    fclose($pipes[0]);
    $left = explode("\n", trim((string) stream_get_contents($pipes[1])));
    proc_close($process);
    return array_filter($left);
}

/** Our own command line without what follows the program. */
function own_command(): array
{
    $words = explode("\0", rtrim((string) file_get_contents('/proc/self/cmdline'), "\0"));
    return array_slice($words, 0, array_search(__FILE__, $words, true) + 1);
}

function write_record(string $name, string $path): void
{
    $bytes = (string) file_get_contents($path);
    fwrite(STDOUT, strlen($bytes) . ' ' . (int) filemtime($path) . " $name\n$bytes");
}

if (($argv[1] ?? '') === '--compile') {
    echo implode("\n", compile(explode("\n", (string) stream_get_contents(STDIN))));
    exit;
}

$id = $argv[1];
$paths = [OURS];
foreach (files_below(CORE, '.php') as $path) {
    if (!str_starts_with($path, CORE . '/wp-content/')) {
        $paths[] = $path;
    }
}
// A file that no process can compile, such as one for another version of PHP, is left to the day when somebody runs it.
for ($left = $paths, $before = PHP_INT_MAX; count($left) > 0 && count($left) < $before;) {
    $before = count($left);
    $left = compile_apart($left, own_command());
}

$directory = CACHE . "/$id";
if (!is_dir($directory)) {
    fail('this PHP is not the one that was asked for: try again');
}
$count = 0;
foreach (files_below($directory, '.bin') as $path) {
    write_record(substr($path, strlen("$directory/")), $path);
    $count++;
}
if ($count < count($paths) / 2) {
    fail("only $count of " . count($paths) . ' files could be compiled');
}
fwrite(STDOUT, "end\n");
