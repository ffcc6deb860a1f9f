<?php
/**
 * What the programs share that install WordPress from PHP's command line: their answer, one JSON object at standard
 * output, and the installation itself.
 */
declare(strict_types=1);

/** The key of the answer that says whether it went well: "installed" or "made". */
$done = 'installed';

/** Prints the answer and ends. WordPress may have printed before: that is dropped. */
function answer(array $answer): never
{
    while (ob_get_level() > 0) {
        ob_end_clean();
    }
    $GLOBALS['answered'] = true;
    echo json_encode($answer, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE), "\n";
    exit($answer[$GLOBALS['done']] ? 0 : 1);
}

function fail(string $message): never
{
    $text = html_entity_decode(strip_tags($message), ENT_QUOTES | ENT_HTML5);
    answer([$GLOBALS['done'] => false, 'error' => trim((string) preg_replace('/\s+/', ' ', $text))]);
}

/** The request at standard input, or as a POST, one JSON object in which each of the keys is a string. */
function read_request(array $keys): array
{
    $request = json_decode((string) file_get_contents(PHP_SAPI === 'cli' ? 'php://stdin' : 'php://input'), true);
    if (!is_array($request)) {
        fail('what came in is not a JSON object');
    }
    foreach ($keys as $key) {
        if (!is_string($request[$key] ?? null)) {
            fail("\"$key\" is missing or not a string");
        }
    }
    return $request;
}

/** Hooks that must be there before WordPress is (WP_Hook::build_preinitialized_hooks). */
function hook(string $name, callable $function): void
{
    $GLOBALS['wp_filter'][$name][10][] = ['function' => $function, 'accepted_args' => 1];
}

/** WordPress as it comes, into an empty database: tables, settings, administrator, permalinks. */
function install_wordpress(string $title, string $user, string $email, string $password, string $locale): void
{
    global $wp_rewrite;
    $result = wp_install($title, $user, $email, true, '', wp_slash($password), $locale === 'en_US' ? '' : $locale);
    if (is_wp_error($result['user_id'] ?? null) || empty($result['user_id'])) {
        fail('the administrator could not be made');
    }
    $theme = wp_get_theme();
    if (!$theme->exists()) {
        foreach (wp_get_themes() as $theme) {
            switch_theme($theme->get_stylesheet());
            break;
        }
    }
    $wp_rewrite->set_permalink_structure('/%year%/%monthnum%/%day%/%postname%/');
    $wp_rewrite->flush_rules(false);
}

umask(0022);
set_time_limit(0);
ob_start();
register_shutdown_function(static function (): void {
    if (empty($GLOBALS['answered'])) {
        fail(error_get_last()['message'] ?? 'WordPress ended without a reason');
    }
});

define('WP_INSTALLING', true);
/** No mail: there is no mail program in the sandbox, and the caller knows the password. */
function wp_new_blog_notification(): void
{
}
hook('pre_http_request', static fn () => new WP_Error('wpns', 'no requests while installing'));
hook('wp_die_handler', static fn () => static fn ($message) =>
    fail(is_wp_error($message) ? $message->get_error_message() : (string) $message));
