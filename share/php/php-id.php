<?php
// Preloaded by a PHP-FPM that is asked for its id: what it writes in front of compiled code. FFI is the only way to that variable.
declare(strict_types=1);

$variable = FFI::cdef('extern char zend_system_id[32];');
file_put_contents('php://stderr', FFI::string(FFI::addr($variable->zend_system_id), 32));
