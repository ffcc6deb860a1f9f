# Backups, restores and the archive of removed sites: what is promised to be kept is there, and nothing is ever between.
# bats file_tags=only:bookworm
load helpers

setup_file() {
    reset_machine
    add_site site-a site-b
}

# Runs PHP with WordPress loaded, as the site: wordpress SITE CODE
wordpress() { inside "$1" php -r "require '/srv/www/wp-load.php'; $2"; }

# Adds a published post and an upload, both of that name: add_content SITE NAME
add_content() {
    wordpress "$1" "wp_insert_post(['post_title' => '$2', 'post_content' => 'x', 'post_status' => 'publish']);
        \$r = wp_upload_bits('$2.txt', null, '$2'); if (\$r['error']) { exit(1); }"
}

delete_content() {
    wordpress "$1" "foreach (get_posts(['title' => '$2', 'numberposts' => -1]) as \$p) { wp_delete_post(\$p->ID, true); }"
    inside "$1" find /srv/www/wp-content/uploads -name "$2.txt" -delete
}

# "post upload" for what is there of a name, with "-" for what is not: content SITE NAME
content() {
    wordpress "$1" "echo get_posts(['title' => '$2']) ? 'post ' : '- ', glob('/srv/www/wp-content/uploads/*/*/$2.txt') ? 'upload' : '-';"
}

# The path of a new backup: backup SITE
backup() { on wpns backup "$1" --json | jq -r .path; }

# Nothing is left of a run that was killed: settled SITE
assert_settled() {
    run -0 on sh -c 'ls -A /var/lib/wpns/journal; ls -A /var/lib/wpns/backups | grep partial; ls -d /run/wpns/*.restore 2>/dev/null; true'
    [ -z "$output" ]
    run -0 on wpns plan --exit-code
}

@test "a backup is whole and only root can read it" {
    local path
    path=$(backup site-a)
    run -0 on wpns backup --check "$path" --json
    [ "$(jq -r .site <<<"$output")" = site-a ]
    run -0 on wpns backup --check site-a
    run ! on setpriv --reuid=www-data --regid=www-data --clear-groups ls "$path"
    run -0 on wpns archive list --json
    [ "$(jq -r --arg path "$path" '.archives[] | select(.path == $path) | .kind' <<<"$output")" = backup ]
}

@test "restore brings back a deleted post and a deleted upload, and keeps what it replaces" {
    add_content site-a kept
    backup site-a
    delete_content site-a kept
    add_content site-a newer
    [ "$(content site-a kept)" = '- -' ]
    run -2 on wpns restore site-a
    run -0 on wpns restore site-a --yes --json
    local archive
    archive=$(jq -r '.sites["site-a"].archive' <<<"$output")
    [ "$(content site-a kept)" = 'post upload' ]
    [ "$(content site-a newer)" = '- -' ]
    assert_serves site-a
    run -0 on find "$archive" -name newer.txt
    assert_output newer
    assert_settled
}

@test "a backup that is made while a writer inserts is consistent" {
    wordpress site-a 'update_option("wpns_probe", 0);
        $wpdb->query("CREATE TABLE IF NOT EXISTS wp_probe (id INT PRIMARY KEY, half INT)");'
    # Two rows a transaction: a dump that saw a half of one would hold an odd number.
    inside site-a php -r 'require "/srv/www/wp-load.php"; $stop = "/srv/www/wp-content/stop";
        for ($i = 0, $end = microtime(true) + 120; microtime(true) < $end; $i += 2, clearstatcache()) {
        if (file_exists($stop)) { unlink($stop); break; }
        $wpdb->query("START TRANSACTION"); $wpdb->insert("wp_probe", ["id" => $i, "half" => 0]); usleep(500);
        $wpdb->insert("wp_probe", ["id" => $i + 1, "half" => 1]); $wpdb->query("COMMIT");
        file_put_contents("/srv/www/wp-content/uploads/probe-" . $i % 50, str_repeat("x", $i)); } echo $i;' >"$BATS_TEST_TMPDIR/rows" &
    local writer=$! n
    sleep 1
    for n in 1 2 3; do
        backup site-a >"$BATS_TEST_TMPDIR/path"
        on wpns backup --check "$(cat "$BATS_TEST_TMPDIR/path")"
    done
    kill -0 "$writer"
    inside site-a touch /srv/www/wp-content/stop
    wait "$writer"
    run -0 on wpns restore site-a --yes
    run -0 wordpress site-a 'echo $wpdb->get_var("SELECT COUNT(*) FROM wp_probe") , " ", $wpdb->get_var("SELECT SUM(half) FROM wp_probe");'
    local rows halves
    read -r rows halves <<<"$output"
    ((rows > 0 && rows == 2 * halves && rows < $(cat "$BATS_TEST_TMPDIR/rows")))
    assert_serves site-a
}

@test "pipes, locked files and odd names do not keep a site from its backup" {
    inside site-a sh -c 'cd /srv/www/wp-content/uploads && mkfifo pipe && echo secret >locked && chmod 0 locked &&
        ln -sf /etc/passwd link && echo odd >"$(printf "odd\nname")" && mkdir -p locked-directory && chmod 0 locked-directory'
    run -0 on wpns backup site-a --json
    [ "$(jq -r .changed <<<"$output")" = true ]
    run -0 on wpns restore site-a --yes
    run -0 inside site-a sh -c 'cd /srv/www/wp-content/uploads && readlink link && cat odd*name && ! test -e pipe'
    [ "$output" = $'/etc/passwd\nodd' ]
}

@test "a flipped byte anywhere is found, and nothing is touched" {
    local path part before
    path=$(backup site-a)
    add_content site-a untouched
    before=$(on stat -c %i /var/lib/wpns/sites/site-a)
    for part in database.sql.zst files.tar.zst manifest.toml site.toml; do
        on sh -c 'cp "$1" /root/good; size=$(stat -c %s "$1")
            printf "\\$(printf %o $((0x$(dd if="$1" bs=1 skip=$((size / 2)) count=1 2>/dev/null | od -An -tx1 | tr -d " ") ^ 1)))" |
                dd of="$1" bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null; ! cmp -s "$1" /root/good' sh "$path/$part"
        run -1 on wpns backup --check "$path"
        assert_output "$part"
        run -1 on wpns restore site-a --at "$path" --yes
        on sh -c 'cat /root/good >"$1"' sh "$path/$part"
    done
    for part in database.sql.zst files.tar.zst; do
        on sh -c 'cp "$1" /root/good; truncate -s -1 "$1"' sh "$path/$part"
        run -1 on wpns restore site-a --at "$path" --yes
        on sh -c 'cat /root/good >"$1"' sh "$path/$part"
    done
    [ "$(on stat -c %i /var/lib/wpns/sites/site-a)" = "$before" ]
    [ "$(content site-a untouched)" = 'post upload' ]
    run -0 on wpns backup --check "$path"
    assert_settled
}

@test "a backup that is killed leaves nothing with its name" {
    local moment
    for moment in 0.02 0.05 0.1 0.2 0.3 0.5; do
        on timeout --signal=KILL "$moment" wpns backup site-a >/dev/null 2>&1 || true
        run -0 on sh -c 'for one in /var/lib/wpns/backups/*; do wpns backup --check "$one" || exit 1; done'
        run -0 on wpns sync
        assert_settled
    done
    assert_serves site-a
}

# Starts a restore of site-a and kills it as soon as a condition holds; "staging" is the directory it builds and "live"
# the inode of the data directory before it: kill_restore_when CONDITION
kill_restore_when() {
    on_stdin bash -s "$1" <<'END'
data=/var/lib/wpns/sites/site-a
live=$(stat -c %i $data)
exchanged() { [ $(stat -c %i $data) != $live ]; }
up() { systemctl is-active --quiet wpns-$1@site-a.$2; }
wpns restore site-a --yes >/dev/null 2>&1 &
pid=$!
while kill -0 $pid 2>/dev/null; do
    [ -n "$staging" ] || staging=$(dirname "$(ls /var/lib/wpns/archive/*/unfinished 2>/dev/null)")
    [ "$staging" != . ] || staging=
    [ -z "$staging" ] || ! eval "$1" || { kill -9 $pid && exit 0; }
done
exit 1
END
}

@test "a restore that is killed leaves the old state or the new one" {
    local condition now states=''
    add_content site-a in-backup
    backup site-a
    delete_content site-a in-backup
    add_content site-a after-backup
    for condition in 'true' '[ -e $staging/www/wp-content ]' '[ -e $staging/mysql.new ]' '[ -e $staging/mysql ]' \
        '[ -e /run/wpns/site-a.restore/mysqld.sock ]' '[ -e $staging/wordpress.installed ]' '[ -e $data/site.toml ]' \
        '! up php service' 'exchanged' \
        'exchanged && ! [ -e /var/lib/wpns/journal/site-a.toml ]' 'exchanged && up mysqld socket' \
        'exchanged && up mysqld service' 'exchanged && up php service'; do
        kill_restore_when "$condition"
        run -0 on wpns sync
        assert_settled
        assert_serves site-a
        now="$(content site-a in-backup) $(content site-a after-backup)"
        case $now in
        '- - post upload') states+=' old' ;;
        'post upload - -')
            states+=' new'
            delete_content site-a in-backup
            add_content site-a after-backup
            ;;
        *) echo "between, when $condition: $now" && return 1 ;;
        esac
    done
    echo "# after killed restores:$states" >&3
    [[ $states == ' old old old old old old old '*' new new new new new' ]]
}

@test "a removed site comes back as it was: same page, same accounts, same secrets" {
    add_content site-a precious
    local uid salt archive
    uid=$(status_of site-a .uid)
    salt=$(on sh -c 'grep AUTH_KEY /etc/wpns/rendered/site-a/wp-config.php | sha256sum')
    on wpns remove site-a --yes
    archive=$(on wpns archive list --json | jq -r '.archives[] | select(.kind == "removed") | .name')
    run -0 on wpns archive restore "$archive"
    assert_serves site-a
    [ "$(content site-a precious)" = 'post upload' ]
    [ "$(status_of site-a .uid)" = "$uid" ]
    [ "$(on sh -c 'grep AUTH_KEY /etc/wpns/rendered/site-a/wp-config.php | sha256sum')" = "$salt" ]
    run -0 wordpress site-a 'wp_set_password("a long password", 1); echo get_class(wp_authenticate("admin", "a long password"));'
    [ "$output" = WP_User ]
    assert_settled
}

@test "an archive restore that is killed is finished by sync" {
    local moment archive
    for moment in 0.02 0.04 0.06 0.1 0.2; do
        on wpns remove site-a --yes
        archive=$(on wpns archive list --json | jq -r '.archives[] | select(.kind == "removed") | .name')
        on timeout --signal=KILL "$moment" wpns archive restore "$archive" >/dev/null 2>&1 || true
        run -0 on wpns sync
        if on test -e "/var/lib/wpns/archive/$archive"; then
            run -0 on wpns archive restore "$archive"
        fi
        assert_settled
        [ "$(content site-a precious)" = 'post upload' ]
    done
    assert_serves site-a
}

@test "archive purge asks, then leaves nothing" {
    local name
    on wpns remove site-a --yes
    name=$(on wpns archive list --json | jq -r '.archives[] | select(.kind == "removed") | .name')
    run -2 on wpns archive purge "$name"
    run -2 on wpns archive purge ../sites/site-b --yes
    for name in $(on wpns archive list --json | jq -r '.archives[].name'); do
        run -0 on wpns archive purge "$name" --yes
    done
    run -0 on sh -c 'ls -A /var/lib/wpns/archive /var/lib/wpns/backups | grep site; grep -c tombstones /var/lib/wpns/registry.toml; true'
    [ "$output" = 0 ] || { echo "left: $output" && return 1; }
    assert_serves site-b
}
