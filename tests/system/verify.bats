# `wpns verify`: all as expected on fresh sites, and each wall that is broken on purpose is found and named.
load helpers

setup_file() {
    reset_machine
    add_site site-a site-b
}

# What a test has broken must not fail the next one.
teardown() {
    on sh -c 'rm -rf /etc/systemd/system/wpns-*@site-a.service.d /var/lib/systemd/linger/wp-site-a* /var/spool/cron/crontabs/wp-site-a
        rmdir /usr/share/wpns/sandbox/var/lib/wpns 2>/dev/null; rm -f /usr/share/wpns/sandbox/etc/wpns/shadow
        systemctl daemon-reload; sysctl -qw net.ipv4.conf.veth0-site-a.route_localnet=0
        systemctl stop host-service 2>/dev/null; true'
    on wpns sync
    on systemctl restart wpns-php@site-a.service wpns-web@site-a.service
}

# Fails unless verify of site-a exits with 1 and names each of the probes ("ID WHO").
assert_found() {
    run -1 on wpns verify site-a
    local probe
    for probe; do assert_output "^site-a: $probe: "; done
    assert_output '^  means     .'
    assert_output '^  to do     .'
}

# Gives a service of site-a a drop-in with one line: drop_in ROLE LINE
drop_in() {
    write_file "/etc/systemd/system/wpns-$1@site-a.service.d/broken.conf" <<<"[Service]
$2"
    on systemctl daemon-reload
}

@test "every probe on fresh sites is as expected" {
    run -0 on wpns verify
    assert_output '^site-a: [0-9]+ probes, [0-9]+ as expected$'
    run -0 on wpns verify --json
    [ "$(jq '[.probes[] | select(.passed | not)] | length' <<<"$output")" = 0 ]
    [ "$(jq '[.probes[] | select(.site == "site-a")] | length' <<<"$output")" -gt 300 ]
    [ "$(jq -r '.probes[0] | keys_unsorted | join(" ")' <<<"$output")" = 'site id name who expected got control passed' ]
    [ "$(jq -r '[.probes[].who] | unique | join(" ")' <<<"$output")" = 'database firewall host php sql web' ]
}

@test "a site takes less than three seconds" {
    local before
    before=$(date +%s%N)
    on wpns verify site-a
    (($(date +%s%N) - before < 3000000000))
}

@test "status shows the last result, which root alone can read" {
    on wpns verify site-a
    run -0 on wpns status site-a
    assert_output 'verified: [0-9]{4}-[0-9]{2}-[0-9]{2}T.*Z, ([0-9]+) of \1$'
    run -0 on stat -c '%a %U' /var/lib/wpns/verify/site-a.json
    [ "$output" = '600 root' ]
}

@test "the timer is on, and its service runs" {
    run -0 on systemctl is-enabled wpns-verify.timer
    run -0 on systemctl is-active wpns-verify.timer
    run -0 on systemctl start wpns-verify.service
}

@test "a site that is not there is bad usage" {
    run -2 on wpns verify no-such-site
}

@test "a drop-in that lets namespaces be made is found" {
    drop_in php RestrictNamespaces=no
    drop_in web SystemCallFilter=unshare
    assert_found 'P06i php'
}

@test "a drop-in that gives rights back is found" {
    drop_in php NoNewPrivileges=no
    drop_in web CapabilityBoundingSet=CAP_SYS_ADMIN
    assert_found 'P04 web'
}

@test "a drop-in that shows the host's files is found" {
    drop_in php 'BindReadOnlyPaths=/etc/shadow:/etc/wpns/shadow /var/lib/wpns'
    # systemd makes the places in the tree that all sandboxes share; teardown takes them away
    assert_found 'F02 php' 'F03a php'
}

@test "a drop-in that lets memory be written and run is found" {
    drop_in php MemoryDenyWriteExecute=no
    assert_found 'P08 php'
}

@test "a service that runs without the walls of its unit is found" {
    drop_in php RestrictRealtime=no
    on systemctl restart wpns-php@site-a.service
    on rm -r /etc/systemd/system/wpns-php@site-a.service.d
    on systemctl daemon-reload
    assert_found 'O11 host'
}

@test "a rule that is gone is found by the table" {
    on sh -c 'handle=$(nft -a list chain inet wpns forward | sed -n "s/.*oifgroup 30576 goto refuse # handle //p;s/.*oifgroup 0x7770 goto refuse # handle //p;s/.*oifgroup .* goto refuse # handle //p" | head -n1)
        nft delete rule inet wpns forward handle "$handle"'
    assert_found 'O03 host'
}

@test "without the table a host's service can be reached, and verify says so" {
    on systemd-run --quiet --collect --unit=host-service php -S 0.0.0.0:8099
    on nft flush ruleset
    assert_found 'N01 firewall' 'N02 firewall' 'N07 firewall' 'N08 firewall' 'N13 firewall' 'O03 host'
}

@test "forwarding that is off is found" {
    on sysctl -qw net.ipv4.ip_forward=0
    assert_found 'O05 host'
}

@test "route_localnet that is on is found" {
    on sysctl -qw net.ipv4.conf.veth0-site-a.route_localnet=1
    assert_found 'O06 host'
}

@test "a linger file and a crontab are found" {
    on sh -c 'mkdir -p /var/lib/systemd/linger /var/spool/cron/crontabs; touch /var/lib/systemd/linger/wp-site-a /var/spool/cron/crontabs/wp-site-a'
    assert_found 'O08 host' 'O09 host'
}

@test "a process of root in the site's slice is found" {
    on systemd-run --quiet --collect --unit=host-service --slice='wpns-site\x2da.slice' sleep 60
    assert_found 'O01 host' 'O02 host' 'O13 host'
}

@test "a changed file is found" {
    on sh -c 'echo "; changed" >>/etc/wpns/rendered/site-a/php-fpm.conf'
    assert_found 'O07 host'
}

@test "a probe that cannot run is not passed" {
    drop_in web 'BindReadOnlyPaths=/no/such/path'
    run -1 on wpns verify site-a
    assert_output 'got       could not run: '
    [[ $output != *'460 as expected'* ]]
}

@test "removing a site takes its result away, and the last one the timer" {
    on wpns add site-c
    on wpns verify site-c
    on wpns remove site-c --purge --yes
    run ! on test -e /var/lib/wpns/verify/site-c.json
    on wpns remove site-a --purge --yes
    on wpns remove site-b --purge --yes
    run ! on systemctl is-enabled wpns-verify.timer
    run ! on systemctl is-active wpns-verify.timer
    on wpns add site-a
}
