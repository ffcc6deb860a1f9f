# Backups by the timer: every site, one that fails keeps none of the others from its own, and the newest are kept.
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
    schedule <<<'schedule = "03:30"'
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
