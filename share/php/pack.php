<?php
/**
 * Writes the files of a site as a tar stream to standard output: run by PHP's command line inside the site's sandbox, as
 * the site's account. Argument: the directory. Only regular files, directories and symbolic links are in it; pipes,
 * sockets and what cannot be read are named on standard error and left out. Exit status 0, or 1 where something
 * changed, vanished or was left out meanwhile; more is a failure.
 */
declare(strict_types=1);

const TAR = ['/usr/bin/tar', '--create', '--file=-', '--format=pax', '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
    '--null', '--no-recursion', '--verbatim-files-from', '--files-from=-', '--ignore-failed-read', '--hard-dereference', '--mode=a-st'];

/** Gives every name below $path to $put; names are relative to the directory that we are in. */
function walk(string $path, callable $put, callable $complain): void
{
    $entries = @opendir($path);
    if ($entries === false) {
        $complain("$path cannot be read");
        return;
    }
    while (($name = readdir($entries)) !== false) {
        if ($name === '.' || $name === '..') {
            continue;
        }
        $child = "$path/$name";
        $type = @filetype($child);
        if ($type === 'file' || $type === 'link' || $type === 'dir') {
            $put($child);
        } elseif ($type !== false) {
            $complain("$child is a $type");
        }
        if ($type === 'dir') {
            walk($child, $put, $complain);
        }
    }
    closedir($entries);
}

set_time_limit(0);
if ($argc !== 2 || !chdir($argv[1])) {
    fwrite(STDERR, "no such directory\n");
    exit(2);
}
$tar = proc_open(TAR, [0 => ['pipe', 'r'], 1 => STDOUT, 2 => STDERR], $pipes);
if (!is_resource($tar)) {
    fwrite(STDERR, "cannot run tar\n");
    exit(2);
}
$left_out = false;
$put = static function (string $name) use ($pipes): void {
    if (fwrite($pipes[0], "$name\0") !== strlen($name) + 1) {
        exit(2);
    }
};
$complain = static function (string $what) use (&$left_out): void {
    $left_out = true;
    fwrite(STDERR, "left out: $what\n");
};
$put('.');
walk('.', $put, $complain);
fclose($pipes[0]);
$status = proc_close($tar);
exit($status === 0 && $left_out ? 1 : $status);
