<?php
/**
 * Gives the WordPress in the clone of a database image its owner. Most owners need nothing of WordPress for it: neither title
 * nor name has a letter that WordPress would write in another way. Then it is not loaded, which takes longer than all the rest.
 */
declare(strict_types=1);

require_once __DIR__ . '/image-marks.php';

/** What the image's own rows become: the values are as WordPress stores them. */
final class Owner
{
    public function __construct(
        public string $url,
        public string $title,
        public string $email,
        public string $login,
        public string $nicename,
        public string $password_hash,
        public string $now,
        public string $now_gmt,
    ) {
    }
}

/** True for a database that is a clone of an image and has not been given its owner yet. */
function has_no_owner(mysqli $database): bool
{
    $mark = $database->execute_query('SELECT 1 FROM wp_options WHERE option_name = ?', [IMAGE_MARK]);
    return $mark->fetch_row() !== null;
}

/** In one transaction, whose last change is that the mark goes. */
function give(mysqli $database, Owner $owner): void
{
    $database->begin_transaction();
    $options = ['siteurl' => $owner->url, 'home' => $owner->url, 'blogname' => $owner->title,
        'admin_email' => $owner->email, 'new_admin_email' => $owner->email];
    foreach ($options as $name => $value) {
        $database->execute_query('UPDATE wp_options SET option_value = ? WHERE option_name = ?', [$value, $name]);
    }
    $database->execute_query(
        'UPDATE wp_posts SET guid = REPLACE(guid, ?, ?), post_content = REPLACE(post_content, ?, ?),
            post_date = ?, post_date_gmt = ?, post_modified = ?, post_modified_gmt = ?',
        [IMAGE_URL, $owner->url, IMAGE_URL, $owner->url, $owner->now, $owner->now_gmt, $owner->now, $owner->now_gmt]
    );
    $database->execute_query('UPDATE wp_comments SET comment_date = ?, comment_date_gmt = ?', [$owner->now, $owner->now_gmt]);
    $database->execute_query(
        'UPDATE wp_users SET user_login = ?, user_nicename = ?, user_email = ?, user_url = ?, user_registered = ?,
            display_name = ?, user_pass = ? WHERE ID = 1',
        [$owner->login, $owner->nicename, $owner->email, $owner->url, $owner->now_gmt, $owner->login, $owner->password_hash]
    );
    $database->execute_query("UPDATE wp_usermeta SET meta_value = ? WHERE user_id = 1 AND meta_key = 'nickname'", [$owner->login]);
    $database->execute_query('DELETE FROM wp_options WHERE option_name = ?', [IMAGE_MARK]);
    $database->commit();
}

/** The hash that WordPress of this version makes of a password without a filter (wp_hash_password). */
function password_hash_of(string $password, string $version, string $core): string
{
    $password = trim(addslashes($password));
    if (version_compare($version, '6.8', '>=')) {
        return '$wp' . password_hash(base64_encode(hash_hmac('sha384', $password, 'wp-sha384', true)), PASSWORD_BCRYPT);
    }
    require_once "$core/wp-includes/class-phpass.php"; // by the path by which WordPress would, should it be loaded after all
    return (new PasswordHash(8, true))->HashPassword($password);
}

/** Whether WordPress would store title and login just as they are. */
function is_plain(string $title, string $login): bool
{
    return preg_match('/^[a-z0-9]{1,50}$/D', $login) === 1 && strpbrk($title, '&<>"\'\\') === false;
}

/** The time of the site, by its settings (current_time). */
function site_time(mysqli $database): string
{
    $rows = $database->query("SELECT option_name, option_value FROM wp_options
        WHERE option_name IN ('timezone_string', 'gmt_offset')")->fetch_all(MYSQLI_NUM);
    $options = array_column($rows, 1, 0);
    if (($options['timezone_string'] ?? '') !== '') {
        return (new DateTimeImmutable('now', new DateTimeZone($options['timezone_string'])))->format('Y-m-d H:i:s');
    }
    return gmdate('Y-m-d H:i:s', time() + (int) round((float) ($options['gmt_offset'] ?? 0) * 3600));
}

/**
 * Does it without WordPress where that can be done; false where not, and then nothing was changed. The hash is made before
 * the database is asked for, which may just be starting.
 */
function give_plainly(array $request, string $core): bool
{
    if (!is_plain($request['title'], $request['user'])) {
        return false;
    }
    require "$core/wp-includes/version.php";
    $hash = $request['password_hash'] ?? password_hash_of($request['password'], $wp_version, $core);
    mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
    try {
        $database = new mysqli('localhost', 'wordpress', '', 'wordpress', 0, '/run/wpns/mysqld.sock');
        $database->set_charset('utf8mb4');
        if (!has_no_owner($database)) {
            return false;
        }
        give($database, new Owner($request['url'], $request['title'], $request['email'], $request['user'], $request['user'],
            $hash, site_time($database), gmdate('Y-m-d H:i:s')));
        return true;
    } catch (mysqli_sql_exception) {
        return false; // WordPress finds out what there is, and says what is wrong
    } finally {
        mysqli_report(MYSQLI_REPORT_OFF);
    }
}
