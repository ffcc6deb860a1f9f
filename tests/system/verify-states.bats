# The whole table of `wpns verify` in the states that count: on fresh sites, after a reboot, after the rules were flushed and
# built again; and every probe without walls, where it must get through. WPNS_TABLES=DIR writes the table to DIR.
load helpers

# What the probes look for is there: an internet where no site may go, files in the places of the host.
setup_file() {
    reset_machine
    add_site site-a site-b
    local address
    for address in "${forbidden_addresses[@]}"; do ip -n "$internet" address add "$address/32" dev lo; done
    serve listeners python3 -c "$listeners_program"
    wait_for_servers
}

teardown_file() {
    kill "$(cat "$BATS_FILE_TMPDIR/listeners.pid")"
    local address
    for address in "${forbidden_addresses[@]}"; do ip -n "$internet" address delete "$address/32" dev lo; done
    on sh -c 'rm -f /home/bait /root/bait /srv/bait /dev/shm/bait; ip address delete 2001:db8::2/64 dev uplink0
        sysctl -qw "net.ipv4.ping_group_range=1 0"'
}

forbidden_addresses=(10.255.255.254 172.31.255.254 192.168.255.254 100.64.0.1 169.254.170.2 168.63.129.16 100.100.100.200 192.0.2.1)

# A web and a mail server on every address, for many at a time; the kernel alone answers.
listeners_program='
import signal, socket
servers = [socket.create_server(("", port), backlog=500) for port in (80, 25)]
signal.pause()'

# Runs a server beside the machine: serve NAME CMD…
serve() {
    ip netns exec "$internet" "${@:2}" </dev/null >"$BATS_FILE_TMPDIR/$1.log" 2>&1 3>&- &
    echo $! >"$BATS_FILE_TMPDIR/$1.pid"
}

# Waits until the servers are there.
wait_for_servers() {
    local try
    for try in {1..100}; do
        [ "$(ip netns exec "$internet" ss -Hlntu '( sport = :80 or sport = :25 )' | wc -l)" -lt 2 ] || return 0
        sleep 0.1
    done
    echo "the servers did not come up after try $try"
    return 1
}

# Fails unless every probe is as expected, and says which is not; keeps the answers: assert_all STATE
assert_all() {
    run on wpns verify --json
    jq -r '.probes[] | select(.passed | not) | "\(.site) \(.id) \(.who): \(.name): \(.got), control \(.control)"' <<<"$output"
    [ "$status" = 0 ]
    # a resolver is asked only where it answers the host as well
    [ "$(jq -r '[.probes[] | select(.id == "N17") | .got] | unique | join(" ")' <<<"$output")" = answered ]
    printf '%s\n' "$output" >"$BATS_FILE_TMPDIR/$1.json"
}

# Fails unless the table is there within three seconds.
assert_watched() {
    local try
    for try in {1..30}; do
        ! on nft list table inet wpns >/dev/null 2>&1 || return 0
        sleep 0.1
    done
    echo "no table after try $try"
    return 1
}

@test "every probe on fresh sites is as expected" {
    assert_all fresh
}

@test "every probe is as expected after a reboot" {
    "$testbed" reboot --name "$machine"
    assert_all reboot
}

@test "every probe is as expected after the rules were flushed and built again" {
    on systemctl stop wpns-firewall-watch.service
    on nft flush ruleset
    run -1 on wpns verify site-a
    on systemctl start wpns-firewall-watch.service
    assert_watched
    assert_all flushed
    on systemctl restart nftables.service
    assert_all restarted
}

# What the database's own root is told, as php/verify.php would say it: sql_control STATEMENT
sql_control() {
    local text
    if text=$(on mariadb --no-defaults --skip-ssl --socket=/run/wpns/site-a/mysqld.sock --user=root --skip-column-names \
        --execute="$1" 2>&1); then
        paste -sd, <<<"${text:-ok}"
    else
        sed -nE 's/^ERROR ([0-9]+).*/\1/p' <<<"$text" | head -n1
    fi
}

# The database's root comes in by the socket, from the host: login_control USER socket|tcp
login_control() { sql_control 'SELECT 1' >/dev/null && echo 'logged in'; }

# Runs the probes that have no control of their own where there are no walls: by root in a plain unit that has the site's files
# in the same places, and some of another site, as no mount of the host names one; calls and sockets by root on the machine that
# carries this one too; those of the database by the database's root.
controls() {
    local site=/var/lib/wpns/sites/site-a number verb rest
    requests '.who != "host" and .who != "sql"' |
        on_stdin systemd-run --quiet --collect --wait --pipe --service-type=exec \
            --property="BindPaths=$site/www:/srv/www $site/mysql:/var/lib/mysql ${site%a}b/www:/mnt" /usr/lib/wpns/wpns-probe
    requests '.request | test("^(call|socket) ")' | "$("$testbed" path --name "$machine")/usr/lib/wpns/wpns-probe"
    requests '.who == "sql"' | while read -r number verb rest; do
        printf '%s\t%s\n' "$number" "$("${verb}_control" "$rest")"
    done
}

# The requests to site-a that have no control and fit a condition, "NUMBER REQUEST" a line: requests CONDITION
requests() {
    jq -r '[.probes[] | select(.site == "site-a")] | to_entries[] | .key as $number | .value
        | select(.control == "" and ('"$1"')) | "\($number) \(.request)"' "$BATS_FILE_TMPDIR/fresh.json"
}

@test "every probe that is refused gets through where there are no walls" {
    ip -n "$internet" address replace 2001:db8::1/64 dev inet0 nodad
    on ip address replace 2001:db8::2/64 dev uplink0 nodad
    on sysctl -qw 'net.ipv4.ping_group_range=0 2147483647'
    on touch /home/bait /root/bait /srv/bait /dev/shm/bait
    controls >"$BATS_FILE_TMPDIR/controls"
    # with an account for every host, root over TCP is told something else (D07a)
    sql_control 'DROP USER IF EXISTS wpns_verify'
    cd "$BATS_FILE_TMPDIR"
    run -0 --separate-stderr python3 "$BATS_TEST_DIRNAME/verify_table.py" "$WPNS_RELEASE" controls fresh.json reboot.json flushed.json
    [ -z "${WPNS_TABLES-}" ] || printf "%s\n" "$output" >"$OLDPWD/$WPNS_TABLES/verify-$WPNS_RELEASE.md"
    # N12: IP_FREEBIND alone never lets a foreign source out, whoever asks. D03: LOAD_FILE says NULL to root as well, as
    # secure-file-priv is a wall of its own. The rest are parts that a kernel may have been built without, and calls that a
    # container, where the tests may run, is refused itself.
    run ! grep -vE '^(N12|D03|N15b|N16a|P07[a-z]?)$' <<<"$stderr"
}
