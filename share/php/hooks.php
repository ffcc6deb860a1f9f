<?php
/**
 * Loaded by wp-config.php, before WordPress itself: what every site behind wpns has in common.
 */

// The host's nginx ends TLS and says so; nobody else can reach this site's web socket.
if (($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') {
    $_SERVER['HTTPS'] = 'on';
}

// On the command line (timer, wpns exec) there is no request; themes and plugins expect its host all the same.
if (PHP_SAPI === 'cli') {
    $_SERVER['HTTP_HOST'] ??= parse_url(WP_HOME, PHP_URL_HOST);
    $_SERVER['SERVER_NAME'] ??= $_SERVER['HTTP_HOST'];
    $_SERVER['REQUEST_METHOD'] ??= 'GET';
    $_SERVER['REQUEST_URI'] ??= '/';
}

// A managed core is one read-only tree for many sites: the administrator of the host updates it, WordPress cannot.
if (WPNS_CORE === 'managed') {
    define('WP_AUTO_UPDATE_CORE', false);

    // Hooks named before WordPress starts, see WP_Hook::build_preinitialized_hooks().
    $GLOBALS['wp_filter']['map_meta_cap'][10][] = [
        'function' => static fn (array $caps, string $cap): array =>
            $cap === 'update_core' ? ['do_not_allow'] : $caps,
        'accepted_args' => 2,
    ];
    $GLOBALS['wp_filter']['site_status_tests'][10][] = [
        'function' => static function (array $tests): array {
            unset($tests['async']['background_updates'], $tests['direct']['background_updates']);
            return $tests;
        },
        'accepted_args' => 1,
    ];
}
