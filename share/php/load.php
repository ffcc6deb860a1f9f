<?php
/**
 * Run by the PHP-FPM of a new site, asked by FastCGI as no visitor can, while its MariaDB starts: takes into its memory what of
 * WordPress was compiled in advance and every request reads, before the first page is asked for. Nothing of it is run.
 */
declare(strict_types=1);

preg_match_all("~WPINC \\. '(/[a-z0-9/_-]+\\.php)'~", (string) file_get_contents('/srv/www/wp-settings.php'), $found);
foreach ($found[1] as $name) {
    @opcache_compile_file("/srv/www/wp-includes$name");
}
