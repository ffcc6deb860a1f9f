# What a site may reach under each policy, shown by traffic to the internet beside the machine, and what a change does
# to connections that are open. No change of a policy restarts anything.
load helpers

setup_file() {
    reset_machine
    add_site site-a site-b
    echo 'hello from outside' >"$BATS_FILE_TMPDIR/index.html"
    start_internet
    # Every service runs, so that a restart would show.
    page site-a >/dev/null
    page site-b >/dev/null
    on sh -c 'echo "198.51.100.10 api.wpns.test
10.99.0.1 inside.wpns.test" >>/etc/hosts'
}

teardown_file() {
    stop_internet
    on sed -i '/wpns\.test/d' /etc/hosts
}

setup() { before=$(activations site-a; activations site-b); }

# Whatever a test did, no service was started anew.
teardown() { [ "$(activations site-a; activations site-b)" = "$before" ]; }

# Fetches from the sandbox of a site: fetch SITE URL
fetch() { inside "$1" curl -sS --connect-timeout 2 --max-time 5 -o /dev/null "$2"; }

# Fails unless both the sandbox of site-a and root in its namespace reach a URL.
assert_reaches() {
    run -0 fetch site-a "$1"
    run -0 in_netns site-a curl -sS --connect-timeout 2 --max-time 5 -o /dev/null "$1"
}

# Fails unless neither does, and each is told so at once.
assert_refused() {
    local start=$SECONDS
    run ! fetch site-a "$1"
    run ! in_netns site-a curl -sS --connect-timeout 2 --max-time 5 -o /dev/null "$1"
    ((SECONDS - start < 4))
}

# How often site-a was refused PROTOCOL ADDRESS PORT.
refused() {
    on wpns egress site-a --json |
        jq --arg protocol "$1" --arg address "$2" --argjson port "$3" \
            '[.targets[] | select(.protocol == $protocol and .address == $address and .port == $port) | .count] | add // 0'
}

@test "open: the internet, but nothing private" {
    policy <<<'egress = "open"'
    assert_reaches "http://$public_address/"
    assert_refused "http://$private_address/"
    assert_refused "http://$metadata_address/"
}

@test "what is refused is counted with address, port and protocol" {
    local count total
    count=$(refused tcp "$private_address" 8443)
    total=$(on wpns egress site-a --json | jq .refused)
    for _ in 1 2 3; do run ! in_netns site-a curl -sS --max-time 2 "http://$private_address:8443/"; done
    [ "$(refused tcp "$private_address" 8443)" -eq $((count + 3)) ]
    [ "$(on wpns egress site-a --json | jq .refused)" -eq $((total + 3)) ]
    run -0 on wpns egress site-a
    assert_output "^site-a: egress open, [0-9]+ attempts refused"
    assert_output "^[0-9]+ +tcp +8443 +10\.99\.0\.1"
    run -0 on wpns egress site-b
    [[ $output != *8443* ]]
    run -2 on wpns egress no-such-site
}

@test "web: TCP 80 and 443 only" {
    policy <<<'egress = "web"'
    assert_reaches "http://$public_address/"
    assert_refused "http://$public_address:8080/"
    [ "$(refused tcp "$public_address" 8080)" -ge 2 ]
}

# Fails unless the running PHP of site-a is told at once that it is refused a port of the private address, which is counted.
assert_php_refused() {
    local count
    count=$(refused tcp "$private_address" "$1")
    put_probe '$s = @fsockopen("'"$private_address"'", '"$1"', $code, $text, 3); echo $s ? "open" : $code;'
    run -0 page site-a /wp-content/probe.php
    [ "$output" = 111 ]
    [ "$(refused tcp "$private_address" "$1")" -eq $((count + 1)) ]
}

# Has site-a's PHP carry out a statement when its probe.php is asked for: put_probe STATEMENT
put_probe() { write_file /var/lib/wpns/sites/site-a/www/wp-content/probe.php <<<"<?php $1"; }

@test "allow: what the list names, private or not, to the running services as well" {
    policy <<END
egress = "allow"
allow = ["$private_address:80/tcp", "169.254.0.0/16:80"]
END
    assert_reaches "http://$private_address/"
    assert_reaches "http://$metadata_address/"
    assert_refused "http://$public_address/"
    # PHP, which was not restarted, reaches it too.
    assert_php_refused 8444
    put_probe 'echo file_get_contents("http://'"$private_address"'/index.html");'
    run -0 page site-a /wp-content/probe.php
    [ "$output" = 'hello from outside' ]
    run ! in_netns site-a ping -c1 -W1 10.10.1.6
    policy <<<'egress = "open"'
    assert_php_refused 80
    on rm /var/lib/wpns/sites/site-a/www/wp-content/probe.php
    run ! fetch site-b "http://$private_address/"
}

@test "allow: no list opens another site or its gateway" {
    policy <<<'allow = ["10.0.0.0/8"]'
    assert_reaches "http://$private_address/"
    run ! in_netns site-a timeout 2 bash -c 'exec 3<>/dev/tcp/10.10.1.6/3306'
    run -1 connects site-a 10.10.1.6 3306
    run ! in_netns site-a timeout 2 bash -c 'exec 3<>/dev/tcp/10.10.1.5/80'
}

@test "allow: a host name is looked up at once and by the timer, and never leads into a private range" {
    policy <<'END'
egress = "allow"
allow = ["api.wpns.test:80/tcp", "inside.wpns.test:80/tcp"]
END
    assert_reaches "http://$public_address/"
    assert_refused "http://$private_address/"
    [ "$(on wpns egress site-a --json | jq -r '.resolved[].address')" = "$public_address" ]
    run -0 on systemctl is-active wpns-resolve.timer
    # The name moves; the timer's service follows, and the old address goes when it times out.
    on nft flush set inet wpns resolved
    assert_refused "http://$public_address/"
    on systemctl start wpns-resolve.service
    assert_reaches "http://$public_address/"
    on nft flush ruleset
    on systemctl restart nftables.service
    on sh -c 'for i in $(seq 50); do nft list set inet wpns resolved | grep -q wpns.test && exit; sleep 0.1; done; exit 1'
    assert_reaches "http://$public_address/"
}

@test "none: nothing, not even the resolvers" {
    policy <<<'egress = "none"'
    assert_refused "http://$public_address/"
    run ! in_netns site-a timeout 2 bash -c "exec 3<>/dev/tcp/203.0.113.1/53"
    assert_serves site-a
}

@test "quarantine: nothing out, 503 for visitors, and everything stays as it is" {
    policy <<<'egress = "quarantine"'
    assert_refused "http://$public_address/"
    run ! in_netns site-a timeout 2 bash -c 'exec 3<>/dev/tcp/10.10.1.1/80'
    [ "$(code site-a)" = 503 ]
    run -0 page site-a
    [ "$output" = 'This site is closed for the time being.' ]
    run -0 inside site-a id -un
    [ "$output" = wp-site-a ]
    run -0 on systemctl is-active wpns-php@site-a.service wpns-mysqld@site-a.service wpns-web@site-a.service
    on systemctl start wpns-cron@site-a.service
    run -0 on systemctl show -p ConditionResult --value wpns-cron@site-a.service
    [ "$output" = no ]
    assert_serves site-b
    policy <<<'egress = "open"'
    assert_serves site-a
    assert_reaches "http://$public_address/"
    on systemctl start wpns-cron@site-a.service
    run -0 on systemctl show -p ConditionResult --value wpns-cron@site-a.service
    [ "$output" = yes ]
}

@test "a policy that tightens ends what it forbids and lets the rest go on" {
    policy <<<'egress = "open"'
    # One line a second for half a minute, on two ports, of which one stays allowed.
    local port
    for port in 7001 7002; do
        ip netns exec "$internet" python3 -c '
import socket, sys, time
server = socket.create_server(("", int(sys.argv[1])))
client, address = server.accept()
client.settimeout(1)
for i in range(300):
    client.sendall(b"x\n")
    time.sleep(0.1)' "$port" </dev/null >/dev/null 2>&1 3>&- &
        echo $! >>"$BATS_TEST_TMPDIR/servers"
    done
    local try
    for try in {1..100}; do
        [ "$(ip netns exec "$internet" ss -Hltn 'sport = 7001 or sport = 7002' | wc -l)" -lt 2 ] || break
        sleep 0.1
    done
    for port in 7001 7002; do
        in_netns site-a timeout 30 bash -c "exec 3<>/dev/tcp/$public_address/$port; cat <&3" >"$BATS_TEST_TMPDIR/$port" 3>&- &
        echo $! >>"$BATS_TEST_TMPDIR/clients"
    done
    for port in 7001 7002; do
        for try in {1..100}; do
            [ ! -s "$BATS_TEST_TMPDIR/$port" ] || break
            sleep 0.1
        done
        [ -s "$BATS_TEST_TMPDIR/$port" ]
    done
    policy <<END
egress = "allow"
allow = ["$public_address:7002/tcp"]
END
    sleep 1
    local cut kept
    cut=$(wc -l <"$BATS_TEST_TMPDIR/7001")
    kept=$(wc -l <"$BATS_TEST_TMPDIR/7002")
    sleep 2
    [ "$(wc -l <"$BATS_TEST_TMPDIR/7001")" -eq "$cut" ]
    [ "$(wc -l <"$BATS_TEST_TMPDIR/7002")" -gt "$kept" ]
    cat "$BATS_TEST_TMPDIR/servers" "$BATS_TEST_TMPDIR/clients" | xargs kill 2>/dev/null || true
    # The client whose connection was cut hears of nothing. Left alone it could keep the machine from stopping.
    on pkill -x timeout || true
    wait
}

@test "source_address: a site leaves by the address it was given, which the host must have" {
    ip -n "$internet" route replace 192.0.2.77/32 via "$machine_address"
    write_file /etc/wpns/sites.d/site-a.toml <<'END'
domain = "site-a.example"
title = "Title of site-a"
[network]
source_address = "192.0.2.77"
END
    run -1 on wpns sync
    assert_output 'source_address 192\.0\.2\.77 is no address of this host, which has .*203\.0\.113\.2'
    on ip address add 192.0.2.77/32 dev uplink0
    on wpns sync
    assert_reaches "http://$public_address/"
    run -0 tail -n 1 "$BATS_FILE_TMPDIR/internet.log"
    assert_output '^192\.0\.2\.77 '
    policy <<<'egress = "open"'
    on ip address del 192.0.2.77/32 dev uplink0
    assert_reaches "http://$public_address/"
    run -0 tail -n 1 "$BATS_FILE_TMPDIR/internet.log"
    assert_output "^${machine_address//./\\.} "
}

@test "connections: more than the limit are refused" {
    policy <<<'connections = 50'
    run -0 in_netns site-a bash -c '
        for ((i = 0; i < 54; i++)); do
            exec {fd}<>/dev/tcp/'"$public_address"'/80 && echo open
        done 2>/dev/null; true'
    [ "$(grep -c open <<<"$output")" -eq 50 ]
    policy <<<'egress = "open"'
}

@test "a reboot brings the policy back" {
    policy <<END
egress = "allow"
allow = ["$private_address:80/tcp"]
END
    "$testbed" reboot --name "$machine"
    page site-a >/dev/null
    run -0 fetch site-a "http://$private_address/"
    run ! fetch site-a "http://$public_address/"
    policy <<<'egress = "open"'
    before=$(activations site-a; activations site-b)
}
