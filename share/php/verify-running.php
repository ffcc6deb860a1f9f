<?php
// Has the PHP-FPM that runs answer the requests of `wpns verify`: what answers then has the walls that the process got when it
// was started, not those that its unit has on disk by now. Run in the sandbox of exec; requests come by standard input, answers
// go to standard output.
declare(strict_types=1);

require __DIR__ . '/fastcgi.php';

$answer = fcgi_ask('/run/wpns/php.sock', __DIR__ . '/verify-child.php', (string) stream_get_contents(STDIN));
if ($answer === false) {
    exit(1);
}
echo $answer;
