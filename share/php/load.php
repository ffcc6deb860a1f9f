<?php
/**
 * Run by the PHP-FPM of a new site, asked by FastCGI as no visitor can, while its MariaDB starts: takes into its memory what of
 * WordPress was compiled in advance, before the first page is asked for. Nothing of it is run.
 */
declare(strict_types=1);

foreach ([...glob('/srv/www/*.php'), ...glob('/srv/www/wp-includes/*.php')] as $path) {
    @opcache_compile_file($path);
}
