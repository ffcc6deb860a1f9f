<?php
// Run by the PHP-FPM of opcodes.php: compiles the files whose names come as the body and prints the names of those that cannot
// be compiled beside the others, because two of them declare the same function.
declare(strict_types=1);

set_time_limit(0);
header('Content-Type: text/plain');
$left = array_filter(
    explode("\n", (string) file_get_contents('php://input')),
    static fn (string $path) => !@opcache_compile_file($path)
);
echo implode("\n", $left);
