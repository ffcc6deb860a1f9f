<?php
// Run by the site's PHP-FPM for `wpns verify`: hands the requests on to the probe program, as a child of this worker. There are
// no pipes in the sandbox, so sockets connect the two.

$probe = proc_open(['/usr/lib/wpns/wpns-probe'], [['socket'], ['socket'], ['file', '/dev/null', 'w']], $ends);
if ($probe === false) {
    http_response_code(500);
    exit;
}
header('Content-Type: text/plain');
fwrite($ends[0], file_get_contents('php://input'));
fclose($ends[0]);
fpassthru($ends[1]);
fclose($ends[1]);
proc_close($probe);
