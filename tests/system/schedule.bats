# Backups by the timer: every site, one that fails keeps none of the others from its own, and the newest are kept and
# restored for a test.
# bats file_tags=only:bookworm
load helpers

setup_file() {
    reset_machine
    add_site site-a site-b
}

# Gives wpns.toml the lines of [backup] on standard input, and syncs.
schedule() {
    { echo '[backup]'; cat; } | write_file /etc/wpns/wpns.toml
    on wpns sync
    run -0 on wpns plan --exit-code
}

# The names of the backups of a site, oldest first: backups SITE [JQ-CONDITION]
backups() {
    local path
    for path in $(on wpns archive list --json | jq -r --arg site "$1" \
        '.archives[] | select(.kind == "backup" and .site == $site) | .path'); do
        on wpns backup --check "$path" --json | jq -r "select(${2:-true}) | .path"
    done
}

@test "without a schedule there is no timer" {
    run ! on systemctl is-enabled wpns-backup.timer
    run ! on test -e /etc/systemd/system/wpns-backup.timer
}

@test "a schedule that makes no sense is refused, with its place" {
    printf '[backup]\nschedule = "every second"\n' | write_file /etc/wpns/wpns.toml
    run -2 on wpns sync
    assert_output 'wpns.toml:2:'
    printf '[backup]\nkeep = 0\n' | write_file /etc/wpns/wpns.toml
    run -2 on wpns sync
    on rm /etc/wpns/wpns.toml
}

@test "a schedule switches the timer on, and a changed one sets it anew" {
    schedule <<<'schedule = "daily"'
    run -0 on systemctl is-enabled wpns-backup.timer
    run -0 on systemctl is-active wpns-backup.timer
    run -0 on systemctl is-active wpns-prove.timer
    schedule <<<'schedule = "03:30"
prove = "never"'
    run ! on systemctl is-active wpns-prove.timer
    run -0 on systemctl show --value --property=TimersCalendar wpns-backup.timer
    assert_output '03:30:00'
}

@test "its service backs every site up" {
    run -0 on systemctl start wpns-backup.service
    [ "$(backups site-a .scheduled | wc -l)" -eq 1 ]
    [ "$(backups site-b .scheduled | wc -l)" -eq 1 ]
}

@test "the newest are kept, and those made by hand and archives of removed sites stay" {
    local by_hand run
    add_site site-c
    run -0 on wpns backup --all
    on wpns remove site-c --yes
    by_hand=$(on wpns backup site-a --json | jq -r .path)
    schedule <<<'schedule = "03:30"
keep = 2'
    for run in 1 2 3; do
        run -0 on wpns backup --all --json
        [ "$(jq -r '.backups | map(.site) | join(" ")' <<<"$output")" = 'site-a site-b' ]
    done
    [ "$(backups site-a .scheduled | wc -l)" -eq 2 ]
    [ "$(backups site-b .scheduled | wc -l)" -eq 2 ]
    # The newest of them is the one that was just made.
    [ "$(backups site-b .scheduled | tail -1)" = "$(jq -r '.backups[1].path' <<<"$output")" ]
    [ "$(backups site-a '.scheduled | not')" = "$by_hand" ]
    [ "$(backups site-c | wc -l)" -eq 1 ]
    run -0 on wpns archive list --json
    [ "$(jq -r '.archives[] | select(.kind == "removed") | .site' <<<"$output")" = site-c ]
}

@test "a site that fails keeps no other from its backup" {
    local before
    before=$(backups site-b .scheduled | tail -1)
    on systemctl stop wpns-mysqld@site-a.socket wpns-mysqld@site-a.service
    run -1 on wpns backup --all
    assert_output 'site-a: dump the database: '
    assert_output 'site-b: backed up to '
    [ "$(backups site-a .scheduled | wc -l)" -eq 2 ]
    [ "$(backups site-b .scheduled | tail -1)" != "$before" ]
    run -0 on sh -c 'ls -A /var/lib/wpns/journal; ls -A /var/lib/wpns/backups | grep "^\." || true'
    [ -z "$output" ]
    run -1 on wpns backup --all --json
    [ "$(jq -r '.backups | map(.site) | join(" ")' <<<"$output")" = site-b ]
    [[ $(jq -r '.errors["site-a"]' <<<"$output") == 'site-a: dump the database: '* ]]
    run -0 on wpns sync
    assert_serves site-a
}

# Nothing of a restore for a test is left.
assert_no_proof_left() {
    run -0 on sh -c 'ls -A /var/lib/wpns/journal; ls -dA /var/lib/wpns/archive/.* /run/wpns/*.restore 2>/dev/null | grep -v "/\.\.*$"
        systemctl list-units --all --plain --no-legend "wpns-*restore*" "wpns-_proof-*"; true'
    [ -z "$output" ] || { echo "left: $output" && return 1; }
}

@test "the newest backups are restored for a test, and nothing live is touched" {
    local before
    on wpns backup --all
    before=$(on stat -c '%n %i %Z' /var/lib/wpns/sites/site-a /var/lib/wpns/sites/site-a/mysql; activations site-a)
    run -0 on systemctl start wpns-prove.service
    [ "$(on stat -c '%n %i %Z' /var/lib/wpns/sites/site-a /var/lib/wpns/sites/site-a/mysql; activations site-a)" = "$before" ]
    [ "$(status_of site-a .proof.ok)" = true ]
    [ "$(status_of site-b .proof.ok)" = true ]
    [ "$(status_of site-a .proof.backup)" = "$(backups site-a | tail -1)" ]
    (($(status_of site-a .proof.tables) >= 12))
    run -0 on wpns doctor
    assert_output 'ok +backups restored for a test'
    assert_no_proof_left
}

@test "a backup that cannot be restored makes the unit fail, and status and doctor say so" {
    local path
    inside site-a php -r 'require "/srv/www/wp-load.php"; $wpdb->update($wpdb->usermeta, ["meta_key" => "lost"], ["meta_key" => "wp_capabilities"]);'
    path=$(on wpns backup site-a --json | jq -r .path)
    inside site-a php -r 'require "/srv/www/wp-load.php"; $wpdb->update($wpdb->usermeta, ["meta_key" => "wp_capabilities"], ["meta_key" => "lost"]);'
    run -0 on wpns backup --check "$path"
    run -1 on systemctl start wpns-prove.service
    run -0 on systemctl is-failed wpns-prove.service
    [ "$(status_of site-a .proof.ok)" = false ]
    [ "$(status_of site-a .proof.problem)" = 'look at what came back: prove.php ended with status 1: there is no administrator' ]
    [ "$(status_of site-b .proof.ok)" = true ]
    run -0 on wpns status site-a
    assert_output 'COULD NOT BE RESTORED for a test: .*there is no administrator'
    run -1 on wpns doctor
    assert_output 'BAD +backups of site-a'
    # A flipped byte is found as well.
    on sh -c 'printf x | dd of="$1/files.tar.zst" bs=1 seek=100 conv=notrunc 2>/dev/null' sh "$path"
    run -1 on wpns backup --prove site-a --json
    [[ $(jq -r .problem <<<"$output") == *files.tar.zst* ]]
    on wpns archive purge "$(basename "$path")" --yes
    run -0 on wpns backup --prove site-a
    run -0 on wpns doctor
    on systemctl reset-failed wpns-prove.service
    assert_no_proof_left
}

# Starts a verb and stops its process once a path is there, for as long as COMMAND runs: while_stopped PATH 'VERB' COMMAND
while_stopped() {
    on_stdin bash -s "$@" <<'END'
wpns $2 >/run/stopped.log 2>&1 &
pid=$!
trap 'kill -CONT $pid' EXIT
while kill -0 $pid 2>/dev/null && ! compgen -G "$1" >/dev/null; do :; done
kill -STOP $pid && compgen -G "$1" >/dev/null || { cat /run/stopped.log && exit 1; }
eval "$3"
result=$?
kill -CONT $pid
trap - EXIT
wait $pid && exit $result
END
}

@test "while a site is backed up or its backup is restored for a test, others are changed" {
    run -0 while_stopped '/var/lib/wpns/backups/.site-a-*.partial/*' 'backup site-a' \
        'timeout 60 wpns add site-d && timeout 60 wpns sync && timeout 60 wpns backup site-d'
    # What concerns the same site waits, and says for whom.
    run -0 while_stopped '/var/lib/wpns/archive/.site-a.proof/www' 'backup --prove site-a' \
        'timeout 60 wpns remove site-d --purge --yes; timeout 3 wpns remove site-a --yes 2>&1; [ $? = 124 ]'
    assert_output 'waiting for another run \(site-a: .*backup --prove site-a'
    assert_serves site-a
    [ "$(status_of site-a .proof.ok)" = true ]
    run -0 on wpns plan --exit-code
    assert_no_proof_left
}

@test "all and one are not asked for together" {
    run -2 on wpns backup site-a --all
    run -2 on wpns backup --all --to /root/backups
    run -2 on wpns backup
}

@test "without the schedule the timer goes, and the backups stay" {
    schedule <<<'schedule = "never"'
    run ! on systemctl is-enabled wpns-backup.timer
    run ! on systemctl is-active wpns-backup.timer
    run ! on test -e /etc/systemd/system/wpns-backup.timer
    [ "$(backups site-a .scheduled | wc -l)" -eq 2 ]
}
