# `wpns remove`: from every state it leaves nothing but the archive.
# bats file_tags=only:trixie
load helpers

setup_file() {
    reset_machine
    add_site site-b
    traces >"$BATS_FILE_TMPDIR/before"
}

# What a failed test has left must not fail the next one.
teardown() {
    on rm -rf /etc/wpns/templates
    ! on wpns status site-a >/dev/null 2>&1 || on wpns remove site-a --purge --yes
}

# Gives every new database a setting with which MariaDB does not start.
break_database() {
    on sh -c 'mkdir -p /etc/wpns/templates
        sed "s/^\[mariadbd\]/&\nno-such-setting = 1/" /usr/share/wpns/templates/my.cnf >/etc/wpns/templates/my.cnf'
}

# Fails unless the machine looks as it did before the site under test was added.
assert_no_trace() {
    traces >"$BATS_TEST_TMPDIR/after"
    diff "$BATS_FILE_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

@test "remove asks, and without a terminal refuses" {
    add_site site-a
    run -2 on wpns remove site-a
    assert_serves site-a
}

@test "remove leaves nothing but an archive of files and database" {
    add_site site-a
    page site-a >/dev/null
    run -0 on wpns remove site-a --yes --json
    local archive
    archive=$(jq -r '.sites["site-a"].archive' <<<"$output")
    run ! on setpriv --reuid=www-data --regid=www-data --clear-groups ls "$archive"
    run -0 on sh -c 'ls -R "$1" || tar tf "$1"' sh "$archive"
    assert_output 'wp-content'
    assert_output 'ibdata1|\.sql'
    assert_no_trace
    assert_serves site-b
    run ! on wpns status site-a
    [[ $(page site-a 2>&1 || true) != *wp-content* ]]
}

@test "remove --purge leaves not even that" {
    add_site site-a
    local before
    before=$(on sh -c 'ls /var/lib/wpns/archive || true')
    run -0 on wpns remove site-a --purge --yes
    [ "$(on sh -c 'ls /var/lib/wpns/archive || true')" = "$before" ]
    run ! on test -e /var/lib/wpns/sites/site-a
    assert_no_trace
}

@test "a site can be added again after its removal" {
    add_site site-a
    assert_serves site-a
    on wpns remove site-a --purge --yes
    assert_no_trace
}

@test "remove takes down a site whose add was killed, at any moment" {
    local moment
    for moment in 0.1 0.4 0.8 1.6 3; do
        on timeout --signal=KILL "$moment" wpns add site-a --title 'Title of site-a' 2>/dev/null || true
        run -0 on wpns remove site-a --purge --yes
        assert_no_trace
    done
    add_site site-a
    assert_serves site-a
    on wpns remove site-a --purge --yes
}

@test "remove takes down a site whose database cannot start" {
    break_database
    run -1 on wpns add site-a
    assert_output 'site-a'
    assert_serves site-b
    on rm -r /etc/wpns/templates
    run -0 on wpns remove site-a --purge --yes
    assert_no_trace
}

@test "an add that failed is finished by sync once its cause is gone" {
    break_database
    run -1 on wpns add site-a --title 'Title of site-a'
    on rm -r /etc/wpns/templates
    run -0 on wpns sync
    assert_serves site-a
    run -0 on wpns plan --exit-code
    on wpns remove site-a --purge --yes
    assert_no_trace
}

@test "remove takes down what somebody has half taken down by hand" {
    add_site site-a
    on sh -c 'systemctl stop "wpns*@site-a*"; ip link delete veth0-site-a; rm -rf /etc/wpns/rendered/site-a /etc/nginx/wpns.d/site-a.conf
        rm -f /etc/systemd/system/wpns-php@site-a.service; nft flush ruleset; rm /etc/wpns/sites.d/site-a.toml'
    run -0 on wpns remove site-a --purge --yes
    run -0 on wpns sync
    assert_no_trace
    assert_serves site-b
}

@test "removing what is not there is a usage error" {
    run -2 on wpns remove site-z --yes
}

@test "the last site leaves the host as it was, and no tree of which no registry knows" {
    on sh -c 'for shared in core images opcodes; do
        cp -a "/var/lib/wpns/$shared" /tmp/ && mv "/tmp/$shared" "/var/lib/wpns/$shared/unknown"
    done'
    run -0 on wpns remove site-b --purge --yes
    run -0 on ip -o link show group 30576
    [ -z "$output" ]
    run ! on nft list table inet wpns
    run -0 on nginx -t
    run -0 on systemctl list-units --all --plain --no-legend 'wpns*@*'
    [ -z "$output" ]
    run -0 on ls /run/netns
    [ -z "$output" ]
    run ! on sh -c 'ls -d /var/lib/wpns/core || ls -d /var/lib/wpns/images || ls -d /var/lib/wpns/opcodes'
}
