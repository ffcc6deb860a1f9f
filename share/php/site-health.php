<?php
/**
 * Runs the tests of WordPress' Site Health from the command line, inside the site's sandbox, as its first administrator
 * would from a browser, and prints them: {"version": "...", "tests": {"loopback_requests": {"status": "good", "label": "..."}}}.
 */
declare(strict_types=1);

ob_start();
require '/srv/www/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
require_once ABSPATH . 'wp-admin/includes/class-wp-site-health.php';

/** Signs the administrator in for some minutes: the tests call the site with the cookies of who runs them. */
function sign_in(WP_User $user): string
{
    $end = time() + 300;
    $token = WP_Session_Tokens::get_instance($user->ID)->create($end);
    $_COOKIE[LOGGED_IN_COOKIE] = wp_generate_auth_cookie($user->ID, $end, 'logged_in', $token);
    $_COOKIE[AUTH_COOKIE] = wp_generate_auth_cookie($user->ID, $end, 'auth', $token);
    wp_set_current_user($user->ID);
    return $token;
}

/** The function behind a test, or nothing where only a browser can run it. */
function runnable(array $test): ?callable
{
    $function = $test['async_direct_test'] ?? $test['test'];
    if (is_string($function) && method_exists('WP_Site_Health', "get_test_$function")) {
        $function = [WP_Site_Health::get_instance(), "get_test_$function"];
    }
    return is_callable($function) ? $function : null;
}

$administrators = get_users(['role' => 'administrator', 'number' => 1, 'orderby' => 'ID']);
if ($administrators === []) {
    fwrite(STDERR, "there is no administrator\n");
    exit(1);
}
$token = sign_in($administrators[0]);
$tests = WP_Site_Health::get_tests();
$results = [];
foreach ($tests['direct'] + $tests['async'] as $name => $test) {
    $function = runnable($test);
    if ($function !== null) {
        $result = $function();
        $results[$name] = ['status' => $result['status'], 'label' => html_entity_decode(strip_tags($result['label']))];
    }
}
WP_Session_Tokens::get_instance($administrators[0]->ID)->destroy($token);
while (ob_get_level() > 0) {
    ob_end_clean();
}
ksort($results);
echo json_encode(['version' => $wp_version, 'tests' => $results],
    JSON_UNESCAPED_SLASHES | JSON_PRETTY_PRINT | JSON_INVALID_UTF8_SUBSTITUTE), "\n";
