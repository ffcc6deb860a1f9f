# Reboots, clean and sudden: everything comes back by itself, in order, and never in the wrong place.
load helpers

setup_file() {
    reset_machine
    add_site site-a site-b
    echo 'hello from outside' >"$BATS_FILE_TMPDIR/index.html"
    start_internet
}

teardown_file() { stop_internet; }

# Fails unless both sites are as they were after `wpns add`.
assert_back() {
    assert_serves site-a
    assert_serves site-b
    run -0 on wpns plan --exit-code
    run -0 on systemctl is-active wpns-cron@site-a.timer wpns-cron@site-b.timer wpns@site-a.target
    run -0 on ping -c1 -W2 10.10.1.2
    run ! in_netns site-a ping -c1 -W1 10.10.1.6
    run -0 inside site-a curl -sS --max-time 5 "http://$public_address/index.html"
    [ "$output" = 'hello from outside' ]
    run -0 on systemctl list-units --failed --no-legend --plain
    [ -z "$output" ]
}

# The network namespaces of an account's processes, one line each.
networks_of() {
    on sh -c 'for pid in $(pgrep -u "$1"); do readlink "/proc/$pid/ns/net"; done; true' sh "$1"
}

@test "after a reboot both sites answer again" {
    "$testbed" reboot --name "$machine"
    assert_back
}

@test "after a power cut both sites answer again, and what was written is there" {
    run -0 inside site-a php -r 'require "/srv/www/wp-load.php"; update_option("blogname", "Title of site-a, kept");'
    "$testbed" kill --name "$machine"
    [[ $(page site-a) == *'Title of site-a, kept'* ]]
    assert_back
}

@test "an add that a power cut has interrupted is finished by the next" {
    local moment
    for moment in 0.4 1.5; do
        on timeout 20 wpns add site-c >/dev/null 2>&1 3>&- &
        sleep "$moment"
        "$testbed" kill --name "$machine"
        wait $! || true
        assert_serves site-a
    done
    run -0 on wpns add site-c
    assert_serves site-c
    run -0 on wpns plan --exit-code
    on wpns remove site-c --purge --yes
}

@test "a service whose namespace is missing does not start on the host's network" {
    on systemctl stop wpns-php@site-a.socket wpns-php@site-a.service wpns-web@site-a.socket wpns-web@site-a.service
    on sh -c 'umount -l /run/netns/site-a 2>/dev/null; rm -f /run/netns/site-a'
    run ! on systemctl start wpns-php@site-a.service
    # The web server needs no network: it may run, in a private one.
    run on systemctl start wpns-web@site-a.service wpns-php@site-a.socket wpns-web@site-a.socket
    run ! on curl -s --max-time 5 -o /dev/null -H 'Host: site-a.example' http://127.0.0.1/wp-login.php --fail
    run -0 networks_of wp-site-a
    [[ $output != *"$(on readlink /proc/1/ns/net)"* ]]
    run -0 on wpns sync
    assert_back
}
