# WordPress as its owner meets it inside the walls.
load helpers

setup_file() {
    reset_machine
    add_site site-a
    inside site-a php /usr/share/wpns/php/site-health.php >"$BATS_FILE_TMPDIR/health.json"
}

# The result of one of Site Health's tests: health TEST
health() { jq -r --arg test "$1" '.tests[$test].status' "$BATS_FILE_TMPDIR/health.json"; }

# Runs PHP with WordPress loaded, as the site: wordpress CODE
wordpress() { inside site-a php -r "require '/srv/www/wp-load.php'; $1"; }

@test "Site Health: WordPress reaches itself and its REST interface" {
    [ "$(health loopback_requests)" = good ]
    [ "$(health rest_availability)" = good ]
}

@test "Site Health: nothing is critical but what the site's own world decides" {
    # The internet beside the test machine has no wordpress.org, and the URL is plain http.
    run -0 jq -r '.tests | to_entries[] | select(.value.status == "critical") | .key' "$BATS_FILE_TMPDIR/health.json"
    run ! grep -vxE 'dotorg_communication|background_updates|https_status|ssl_support' <<<"$output"
}

@test "WordPress logs into its database without a password, and nobody else does" {
    run -0 wordpress 'echo $wpdb->get_var("SELECT CURRENT_USER()");'
    [ "$output" = 'wordpress@localhost' ]
    run ! inside site-a php -r 'new mysqli("127.0.0.1", "wordpress", "", "wordpress");'
    run ! inside site-a php -r 'new mysqli("localhost", "root", "", "", 0, "/run/wpns/mysqld.sock");'
}

# What a database holds but what no two installations share: times, the password, what the first visits have left.
contents() {
    inside "$1" mariadb-dump --skip-extended-insert --skip-comments --order-by-primary --ignore-table=wordpress.wp_options wordpress |
        sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}/TIME/g; s/AUTO_INCREMENT=[0-9]+//; s/\$(P\$|wp\$)[^'"'"']*/HASH/'
    inside "$1" mariadb --batch --raw -e "SELECT option_name, option_value, autoload FROM wp_options WHERE option_name NOT LIKE '%transient%'
        AND option_name NOT LIKE 'widget%' AND option_name NOT LIKE 'theme_mods%'
        AND option_name NOT IN ('cron', 'admin_email_lifespan') ORDER BY option_name"
}

@test "a new site's database is what WordPress' own installation makes, though it began as a clone" {
    add_site site-k
    assert_serves site-k  # the first visit may add a menu
    contents site-k >"$BATS_TEST_TMPDIR/clone"
    grep -q 'Title of site-k' "$BATS_TEST_TMPDIR/clone"
    inside site-k mariadb -e 'DROP DATABASE wordpress; CREATE DATABASE wordpress'
    on rm /var/lib/wpns/sites/site-k/wordpress.installed
    on wpns sync
    assert_serves site-k
    contents site-k >"$BATS_TEST_TMPDIR/plain"
    diff "$BATS_TEST_TMPDIR/clone" "$BATS_TEST_TMPDIR/plain"
    on wpns remove site-k --purge --yes
}

@test "two new sites share no secret" {
    add_site site-k site-l
    local site
    for site in site-k site-l; do
        on grep -oE "'[0-9a-f]{64}'" "/etc/wpns/rendered/$site/wp-config.php"
        inside "$site" mariadb --batch --skip-column-names -e 'SELECT user_pass FROM wp_users'
    done >"$BATS_TEST_TMPDIR/secrets"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/secrets")" -eq 18 ]
    [ "$(sort -u "$BATS_TEST_TMPDIR/secrets" | wc -l)" -eq 18 ]
    on wpns remove site-k --purge --yes
    on wpns remove site-l --purge --yes
}

@test "what is compiled in advance is root's, is used by every site, and holds nothing of any" {
    add_site site-k site-l
    assert_serves site-k
    local trees unit pid
    trees=$(on sh -c 'ls -d /var/lib/wpns/opcodes/*')
    [ "$(wc -l <<<"$trees")" -eq 1 ]
    run -0 on find "$trees" '(' ! -user root -o -perm /022 ')'
    [[ -z $output ]]
    [ "$(on sh -c "find $trees -name '*.bin' | wc -l")" -gt 500 ]
    run -0 on find "$trees" -name 'wp-config*' ! -name wp-config-sample.php.bin
    [[ -z $output ]]
    # names and keys: nothing of a site
    on sh -c "grep -ohE \"'[0-9a-f]{64}'\" /etc/wpns/rendered/*/wp-config.php | tr -d \"'\"" >"$BATS_TEST_TMPDIR/words"
    printf '%s\n' site-k.example site-l.example wpns-image.invalid >>"$BATS_TEST_TMPDIR/words"
    run -1 on_stdin grep -rqF -f - "$trees" <"$BATS_TEST_TMPDIR/words"
    for unit in wpns-php@site-{k,l}.service; do
        pid=$(on systemctl show --value --property=MainPID "$unit")
        run -0 on grep -cE " /var/cache/opcodes/[0-9a-f]{32} ro,.*" "/proc/$pid/mountinfo"
        [[ $output == 1 ]]
        [ "$(on sh -c "find /proc/$pid/root/var/cache/opcodes/ -name '*.bin' | wc -l")" -gt 500 ]
    done
    # nothing that PHP compiles itself is kept beside it
    page site-k '/wp-login.php' >/dev/null
    run -0 on sh -c "find /proc/$pid/root/var/cache/opcodes/ -name '*.bin' -path '*wp-content*'"
    [[ -z $output ]]
    on wpns remove site-k --purge --yes
    on wpns remove site-l --purge --yes
}

@test "an upload is served" {
    run -0 wordpress '$r = wp_upload_bits("probe.txt", null, "an upload"); echo $r["error"] ?: $r["url"];'
    [[ $output == http://site-a.example/wp-content/uploads/*probe.txt ]]
    [ "$(page site-a "${output#http://site-a.example}")" = 'an upload' ]
}

@test "an uploaded program is not run" {
    inside site-a sh -c 'echo "<?php echo 6*7;" >/srv/www/wp-content/uploads/probe.php'
    run page site-a /wp-content/uploads/probe.php
    [[ $output != *42* ]]
    [ "$(code site-a /wp-content/uploads/probe.php)" = 404 ]
}

@test "a visitor can write a comment" {
    run -0 wordpress 'echo wp_insert_post(["post_title" => "Hello again", "post_content" => "x", "post_status" => "publish"]);'
    local post=$output
    run -0 on curl -sS -o /dev/null -w '%{http_code}' -H 'Host: site-a.example' \
        --data-urlencode comment='Nice words' -d "comment_post_ID=$post&author=V&email=v@site-a.example" \
        http://127.0.0.1/wp-comments-post.php
    [ "$output" = 302 ]
    run -0 wordpress 'echo get_comments(["number" => 1])[0]->comment_content;'
    [ "$output" = 'Nice words' ]
}

@test "the timer runs WordPress' scheduled tasks" {
    run -0 on systemctl is-active wpns-cron@site-a.timer
    run -0 on systemctl show --value --property=NextElapseUSecRealtime,NextElapseUSecMonotonic wpns-cron@site-a.timer
    [ -n "$output" ]
    wordpress 'wp_schedule_single_event(time() - 60, "wpns_probe");'
    run -0 on systemctl start wpns-cron@site-a.service
    run -0 wordpress 'var_export(wp_next_scheduled("wpns_probe"));'
    [ "$output" = false ]
    run -0 wordpress 'var_export(defined("DISABLE_WP_CRON") && DISABLE_WP_CRON);'
    [ "$output" = true ]
}

@test "PHP has the limits of the site's file" {
    run -0 wordpress 'echo ini_get("memory_limit");'
    [ "$output" = 128M ]
    run -0 on systemctl show --value --property=MemoryMax --property=TasksMax "$(on systemctl show --value --property=Slice wpns-php@site-a.service)"
    assert_output '^536870912$'
    assert_output '^200$'
}

@test "the exposure of each service is small" {
    local role score
    for role in php web mysqld; do
        page site-a >/dev/null
        score=$(on systemd-analyze security --no-pager "wpns-$role@site-a.service" |
            sed -nE 's/.*Overall exposure level.*: ([0-9.]+) .*/\1/p')
        echo "# exposure of $role: $score" >&3
        [ -n "$score" ]
        awk -v score="$score" 'BEGIN { exit !(score <= 1.5) }'
    done
}
