# IPv6 in the sites: given to all of them by one key, with the policies of IPv4, shown by traffic to the internet beside
# the machine; taken away by the same key.
load helpers

outside=2001:db8:1::1

setup_file() {
    reset_machine
    add_site site-a site-b
    echo 'hello from outside' >"$BATS_FILE_TMPDIR/index.html"
    connect_ipv6
    ip netns exec "$internet" python3 -m http.server 80 --bind :: --directory "$BATS_FILE_TMPDIR" \
        </dev/null >"$BATS_FILE_TMPDIR/internet.log" 2>&1 3>&- &
    echo $! >"$BATS_FILE_TMPDIR/internet.pid"
    ip netns exec "$internet" python3 -m http.server 8080 --bind :: --directory "$BATS_FILE_TMPDIR" \
        </dev/null >"$BATS_FILE_TMPDIR/internet-8080.log" 2>&1 3>&- &
    echo $! >"$BATS_FILE_TMPDIR/other.pid"
    on timeout 10 sh -c "until curl -s --max-time 1 -o /dev/null http://[$outside]/; do sleep 0.1; done"
}

teardown_file() {
    kill "$(cat "$BATS_FILE_TMPDIR/internet.pid")" "$(cat "$BATS_FILE_TMPDIR/other.pid")"
    on rm -f /etc/wpns/wpns.toml
    on sed -i '/six\.wpns\.test/d' /etc/hosts
    ip -n "$internet" address flush dev inet0 scope global to 2001:db8::/32
    ip -n "$internet" address flush dev inet0 scope global to fd00:99::/64
}

# What a provider gives: an address for the machine and a way out. The internet knows no way back to the sites.
connect_ipv6() {
    ip -n "$internet" address replace 2001:db8:ffff::1/64 dev inet0 nodad
    ip -n "$internet" address replace "$outside/128" dev inet0 nodad
    ip -n "$internet" address replace "$private/128" dev inet0 nodad
    on ip address replace 2001:db8:ffff::2/64 dev uplink0 nodad
    on ip -6 route replace default via 2001:db8:ffff::1
}

private=fd00:99::1

# Fetches from the sandbox of a site, or from its namespace without any sandbox: fetch SITE URL, fetch_bare SITE URL
fetch() { inside "$1" curl -sS --connect-timeout 2 --max-time 5 -o /dev/null "$2"; }
fetch_bare() { in_netns "$1" curl -sS --connect-timeout 2 --max-time 5 -o /dev/null "$2"; }

# Fails unless neither gets through, and what only the firewall keeps is told so at once.
assert_refused() {
    local start=$SECONDS
    run -7 fetch_bare site-a "$1"
    ((SECONDS - start < 2))
    run ! fetch site-a "$1"
}

@test "pool6 gives every site a prefix, a way out and nothing else" {
    local before
    before=$(activations site-a | grep -E 'mysqld|netns|cron')
    echo '[network]
pool6 = "fd00:10:10::/48"' | write_file /etc/wpns/wpns.toml
    on wpns sync
    run -0 on wpns plan --exit-code
    [ "$(activations site-a | grep -E 'mysqld|netns|cron')" = "$before" ]
    [ "$(status_of site-a .address6) $(status_of site-a .host_address6)" = "fd00:10:10:40::2 fd00:10:10:40::1" ]
    # One address at each end, none of the link's own.
    [ "$(in_netns site-a ip -6 -o address show dev veth1-site-a | awk '{ print $4 }')" = fd00:10:10:40::2/64 ]
    [ "$(on ip -6 -o address show dev veth0-site-a | awk '{ print $4 }')" = fd00:10:10:40::1/64 ]
    run -0 fetch site-a "http://[$outside]/"
    run -0 fetch site-b "http://[$outside]:8080/"
    # It leaves by the machine's own address.
    grep -q '^2001:db8:ffff::2 ' "$BATS_FILE_TMPDIR/internet.log"
    run -0 inside site-a curl -sS -o /dev/null -w '%{http_code}' --max-time 5 \
        -H 'Host: site-a.example' 'http://[fd00:10:10:40::1]/'
    [ "$output" = 200 ]
}

@test "sites reach neither each other nor the host's services" {
    on systemd-run --quiet --unit=wpns-test-listener php -S '[::]:2222' -t /srv
    local address
    for address in fd00:10:10:40::1 fd00:10:10:41::1 2001:db8:ffff::2; do
        assert_refused "http://[$address]:2222/"
    done
    assert_refused 'http://[fd00:10:10:41::2]:80/'
    assert_refused 'http://[fd00:ec2::254]/'
    on systemctl stop wpns-test-listener
    run -0 on wpns verify site-a
    # Without any rule the units still keep the sites apart.
    on systemctl stop wpns-firewall-watch
    on nft flush ruleset
    # nginx answers nobody who asks for no site (curl: 52), so a connection shows there.
    run -52 fetch_bare site-a 'http://[fd00:10:10:41::1]/'
    run -28 fetch site-a 'http://[fd00:10:10:41::1]/'
    on wpns sync
    run -7 fetch_bare site-a 'http://[fd00:10:10:41::1]/'
}

@test "policies hold for IPv6, without a restart, and refusals are listed" {
    local before
    before=$(activations site-a)
    policy <<<'egress = "web"'
    run -0 fetch site-a "http://[$outside]/"
    assert_refused "http://[$outside]:8080/"
    run -0 on wpns egress site-a
    assert_output "tcp +8080 +$outside"
    local egress
    for egress in 'none"' 'allow"
allow = ["203.0.113.0/24"]'; do
        policy <<<"egress = \"$egress"
        assert_refused "http://[$outside]/"
    done
    policy <<<'egress = "open"'
    run -0 fetch site-a "http://[$outside]:8080/"
    [ "$(activations site-a)" = "$before" ]
}

# Takes what the internet sends, a line ten times a second, for up to half a minute: trickle PORT FILE
trickle() {
    ip netns exec "$internet" python3 -c '
import socket, sys, time
server = socket.create_server(("::", int(sys.argv[1])), family=socket.AF_INET6)
client, address = server.accept()
for i in range(300):
    client.sendall(b"x\n")
    time.sleep(0.1)' "$1" </dev/null >/dev/null 2>&1 3>&- &
    echo $! >>"$BATS_TEST_TMPDIR/servers"
    timeout 10 bash -c "until ip netns exec $internet ss -Hltn 'sport = $1' | grep -q .; do sleep 0.1; done"
    in_netns site-a timeout 30 bash -c "exec 3<>/dev/tcp/$outside/$1; cat <&3" >"$2" 3>&- &
    timeout 10 bash -c "until [ -s '$2' ]; do sleep 0.1; done"
}

@test "allow lists hold IPv6 and host names that have it; a list that tightens ends what it forbids" {
    local before
    before=$(activations site-a)
    on sh -c "echo '$outside six.wpns.test
$private six.wpns.test' >>/etc/hosts"
    policy <<<'egress = "open"'
    assert_refused "http://[$private]/"
    trickle 7001 "$BATS_TEST_TMPDIR/cut"
    trickle 7002 "$BATS_TEST_TMPDIR/kept"
    policy <<END
egress = "allow"
allow = ["[fd00:99::/64]:80/tcp", "[2001:db8:1::/48]:7002/tcp", "six.wpns.test:8080/tcp", "203.0.113.0/24"]
END
    run -0 fetch site-a "http://[$private]/"
    run -0 fetch_bare site-a "http://[$outside]:8080/"
    assert_refused "http://[$outside]/"
    assert_refused "http://[$private]:443/"
    run ! fetch_bare site-b "http://[$private]/"
    run -0 on wpns egress site-a
    assert_output "allows six\.wpns\.test:8080/tcp $outside $private"
    assert_output "tcp +443 +$private"
    local cut kept
    cut=$(wc -l <"$BATS_TEST_TMPDIR/cut")
    kept=$(wc -l <"$BATS_TEST_TMPDIR/kept")
    sleep 1
    [ "$(wc -l <"$BATS_TEST_TMPDIR/cut")" -eq "$cut" ]
    [ "$(wc -l <"$BATS_TEST_TMPDIR/kept")" -gt "$kept" ]
    xargs kill <"$BATS_TEST_TMPDIR/servers" 2>/dev/null || true
    # The client whose connection was cut hears of nothing. Left alone it could keep the machine from stopping.
    on pkill -x timeout || true
    wait
    # The rules come back with the networks and the names.
    on nft flush ruleset
    on timeout 10 sh -c 'until nft list set inet wpns resolved6 | grep -q wpns.test; do sleep 0.1; done'
    run -0 fetch_bare site-a "http://[$outside]:8080/"
    run -0 fetch_bare site-a "http://[$private]/"
    run -0 on wpns plan --exit-code
    # Without the list it is closed again.
    policy <<<'egress = "open"'
    assert_refused "http://[$private]/"
    [ "$(activations site-a)" = "$before" ]
}

@test "after a reboot it is there again" {
    "$testbed" reboot --name "$machine"
    connect_ipv6
    run -0 fetch site-a "http://[$outside]/"
    run -7 fetch_bare site-a 'http://[fd00:10:10:41::1]/'
    run -0 on wpns plan --exit-code
}

@test "without pool6 there is none again" {
    on rm /etc/wpns/wpns.toml
    on wpns sync
    run -0 on wpns plan --exit-code
    [ "$(status_of site-a .address6)" = null ]
    [ -z "$(in_netns site-a ip -6 address)" ]
    [ -z "$(on ip -6 address show dev veth0-site-a)" ]
    run ! fetch_bare site-a "http://[$outside]/"
    run -0 on wpns verify site-a
    assert_serves site-a
}
