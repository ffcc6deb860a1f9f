# What keeps the network namespaces: it may crash, be replaced or be stopped, and no name ever leads to a wrong place.
load helpers

holder=wpns-netns-holder.service

# What could be left of these sites or of the holder.
what_is_there() { traces | grep -E 'site-[ab]|/run/(netns/|wpns-netns)|netns-holder'; }

setup_file() {
    reset_machine
    what_is_there >"$BATS_FILE_TMPDIR/before"
    on ip netns add theirs
    add_site site-a site-b
}

teardown_file() {
    reset_machine
    on ip netns delete theirs 2>/dev/null || true
}

# The identities of both sites' namespaces, by name and by the sockets and services that are inside.
identities() { on stat -L -c '%n %i' /run/netns/site-a /run/netns/site-b; }

# The namespace of a site by its name, and that of a program of it: by_name SITE, by_service SITE ROLE
by_name() { on stat -L -c %i "/run/netns/$1"; }
by_service() {
    on sh -c 'stat -L -c %i "/proc/$(systemctl show --property=MainPID --value "$1")/ns/net"' sh "wpns-$2@$1.service"
}

# Fails unless the names lead where they led before: assert_same BEFORE
assert_same() {
    [ "$(identities)" = "$1" ]
    [ "$(on systemctl show --property=NFileDescriptorStore --value "$holder")" = 1 ]
}

@test "a namespace is no mount of the host and works for ip netns" {
    run -0 on cut -d' ' -f5 /proc/1/mountinfo
    [ "$(grep -E 'netns|site-' <<<"$output" | sort -u | xargs)" = '/run/netns /run/netns/theirs /run/wpns-netns' ]
    run -0 in_netns site-a ss -tlnH
    assert_output '10.10.1.2:3306'
    run -0 on ip netns list
    assert_output 'site-a'
    [ "$(by_name site-a)" = "$(by_service site-a php)" ]
}

@test "a crash of the holder fails no request, and what starts next starts in the right namespace" {
    local before try pid
    before=$(identities)
    on sh -c 'for i in $(seq 40); do
        curl -s --max-time 20 -o /dev/null -w "%{http_code}\n" -H "Host: site-a.example" http://127.0.0.1/; done' \
        >"$BATS_TEST_TMPDIR/codes" 3>&- &
    for try in 1 2 3 4 5; do
        on systemctl kill --signal=KILL "$holder"
        on systemctl try-restart wpns-php@site-b.service
        sleep 0.3
    done
    wait $!
    [ "$(sort <"$BATS_TEST_TMPDIR/codes" | uniq -c | xargs)" = '40 200' ]
    on systemctl start "$holder"
    assert_same "$before"
    on systemctl restart wpns-php@site-a.service wpns-php@site-b.service
    [ "$(by_name site-a)" = "$(by_service site-a php)" ]
    [ "$(by_name site-b)" = "$(by_service site-b php)" ]
    run -0 on wpns plan --exit-code
}

@test "an upgrade of the holder and a new systemd keep every namespace" {
    local before
    before=$(identities)
    on systemctl restart "$holder"
    assert_same "$before"
    on systemctl daemon-reexec
    assert_same "$before"
    on systemctl kill --signal=TERM "$holder"
    on systemctl start "$holder"
    assert_same "$before"
    on systemctl daemon-reload
    assert_same "$before"
    assert_serves site-a
    run -0 on wpns verify site-a
}

@test "without the holder a service does not start, least of all on the host's network" {
    on systemctl stop "$holder"
    assert_serves site-b
    run ! on stat -L /run/netns/site-a
    run ! on systemctl restart wpns-php@site-a.service
    [ "$(on systemctl show --property=ExecMainStatus --value wpns-php@site-a.service)" = 225 ]
    run -0 on sh -c 'for pid in $(pgrep -u wp-site-a); do readlink "/proc/$pid/ns/net"; done; true'
    [[ $output != *"$(on readlink /proc/1/ns/net)"* ]]
    run -3 on wpns plan --exit-code
    assert_output "$holder"
    run -1 on wpns doctor
    assert_output "$holder"
    run -0 on wpns sync
    assert_serves site-a
    assert_serves site-b
    [ "$(by_name site-a)" = "$(by_service site-a php)" ]
    run -0 on wpns plan --exit-code
}

@test "a name that was lost leads to the same namespace again, and a mount from before does as well" {
    local before
    before=$(identities)
    on rm /run/netns/site-a
    # as versions before the holder did it
    on sh -c 'rm /run/netns/site-b && touch /run/netns/site-b && mount --bind \
        "/proc/$(systemctl show --property=MainPID --value wpns-php@site-b.service)/ns/net" /run/netns/site-b'
    run -0 on wpns sync
    [ "$(identities)" = "$before" ]
    run -0 on wpns plan --exit-code
    on wpns remove site-b --purge --yes
    run ! on ls /run/netns/site-b
    assert_serves site-a
}

@test "the last removal leaves no link, no mount and no descriptor, and what is others' stays" {
    # without the holder the name leads nowhere, and still goes
    on systemctl stop "$holder"
    on wpns remove site-a --purge --yes
    [ "$(on ls /run/netns)" = theirs ]
    run ! on ls /run/wpns-netns
    [ "$(on systemctl show --property=NFileDescriptorStore --value "$holder")" = 0 ]
    on ip netns delete theirs
    diff "$BATS_FILE_TMPDIR/before" <(what_is_there)
}
