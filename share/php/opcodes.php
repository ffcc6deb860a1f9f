<?php
/**
 * Compiles the core of WordPress and our own hooks in advance: run by PHP's command line in a sandbox of its own, with the core
 * at /srv/www. The compiler is the PHP-FPM that the sites run, since its compiled code is for itself alone. Nothing of the
 * core is run, no site is near.
 *
 * wp-content is left out: it belongs to each site, and only what nobody but root can change is compiled here.
 *
 * Arguments: the id of this build of PHP, which is the name of the directory that the compiled code is written to; then PHP-FPM
 * with its own arguments, opcache.file_cache=/tmp among them.
 * Standard output: one record a file, as unpack.php writes them, with names below that directory. On failure one line at
 * standard error and exit status 1.
 */
declare(strict_types=1);

require __DIR__ . '/fastcgi.php';

const CACHE = '/tmp';
const CORE = '/srv/www';
const SOCKET = '/tmp/compiler.sock';
const SETTINGS = "[global]\nerror_log = /dev/null\n[compiler]\nlisten = " . SOCKET . "\npm = static\npm.max_children = 1\n";
const PATIENCE = 20;

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

function start_compiler(array $command)
{
    file_put_contents(CACHE . '/compiler.conf', SETTINGS);
    $null = ['file', '/dev/null', 'r+'];
    $process = proc_open([...$command, '--nodaemonize', '--fpm-config', CACHE . '/compiler.conf'], [$null, $null, $null], $pipes);
    for ($end = time() + PATIENCE; time() < $end; usleep(5000)) {
        if (is_resource($process) && file_exists(SOCKET)) {
            return $process;
        }
    }
    fail('PHP-FPM did not start');
}

/** What could not be compiled in one go is compiled in the next; what never can, such as code for another PHP, is left out. */
function compile(array $paths): void
{
    for ($before = PHP_INT_MAX; count($paths) > 0 && count($paths) < $before;) {
        $before = count($paths);
        $left = fcgi_ask(SOCKET, __DIR__ . '/compile.php', implode("\n", $paths));
        if ($left === false) {
            fail('PHP-FPM does not answer');
        }
        $paths = array_filter(explode("\n", $left));
    }
}

function write_record(string $name, string $path): void
{
    $bytes = (string) file_get_contents($path);
    fwrite(STDOUT, strlen($bytes) . ' ' . (int) filemtime($path) . " $name\n$bytes");
}

$id = $argv[1];
$paths = [__DIR__ . '/hooks.php'];
foreach (files_below(CORE, '.php') as $path) {
    if (!str_starts_with($path, CORE . '/wp-content/')) {
        $paths[] = $path;
    }
}
$compiler = start_compiler(array_slice($argv, 2));
compile($paths);
proc_terminate($compiler);

$directory = CACHE . "/$id";
if (!is_dir($directory)) {
    fail('this PHP is not the one that was asked for: try again');
}
$count = 0;
foreach ($paths as $path) {
    if (file_exists("$directory$path.bin")) {
        write_record(substr("$path.bin", 1), "$directory$path.bin");
        $count++;
    }
}
if ($count < count($paths) / 2) {
    fail("only $count of " . count($paths) . ' files could be compiled');
}
fwrite(STDOUT, "end\n");
