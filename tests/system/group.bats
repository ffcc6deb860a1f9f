# A group: its sites share a bridge, reach each other and nobody else. They join and leave by a key of their files.
load helpers

outside=${public_address:?}

setup_file() {
    reset_machine
    local site
    for site in site-a site-b site-c; do settings "$site" ''; done
    on wpns sync
    start_internet
    on_stdin sh -c 'cat >/run/wpns-faulty && chmod 755 /run/wpns-faulty' <"${WPNS_FAULTY:?is not set: the program with failpoints}"
}

teardown_file() {
    stop_internet
    on rm -f /run/wpns-faulty /etc/wpns/wpns.toml
}

# Writes the file of a site with such lines of [network]: settings SITE LINES
settings() { write_file "/etc/wpns/sites.d/$1.toml" <<<"domain = \"$1.example\"
title = \"Title of $1\"
[network]
$2"; }

group_of_three() {
    local site
    for site in site-a site-b; do settings "$site" 'group = "shop"'; done
    settings site-c 'group = "blog"'
    on wpns sync
}

# TCP from the namespace of a site, without its sandbox: reaches SITE ADDRESS PORT
reaches() { in_netns "$1" timeout 2 bash -c 'exec 3<>"/dev/tcp/$1/$2"' sh "$2" "$3" 2>/dev/null; }

# What the bridge and the rules are there for, in one go: each step outside of the machine's own shell costs.
assert_walls() {
    run on_stdin bash -s -- "$outside" "$metadata_address" <<'END'
reaches() { ip netns exec "$1" timeout 2 bash -c 'exec 3<>"/dev/tcp/$1/$2"' sh "$2" "$3" 2>/dev/null; }
must() { "$@" >/dev/null || { echo "$* does not"; exit 1; }; }
never() { ! "$@" || { echo "$* does"; exit 1; }; }
for address in 10.10.0.3 10.10.0.1; do must ip netns exec site-a ping -qc1 -W1 "$address"; done
must reaches site-a 10.10.0.3 3306
must reaches site-b 10.10.0.2 3306
must reaches site-a "$1" 80
for address in 10.10.0.2 10.10.0.3 10.10.0.18; do must timeout 2 bash -c "exec 3<>/dev/tcp/$address/3306"; done
never reaches site-a 10.10.0.18 3306
never reaches site-c 10.10.0.2 3306
never reaches site-a 10.10.0.17 80
never reaches site-a "$2" 80
END
    [ "$status" -eq 0 ] || { echo "$output" && return 1; }
}

@test "sites join a group by sync, and the plan says what restarts" {
    settings site-a 'group = "shop"'
    run -0 on wpns plan site-a
    assert_output 'create bridge wpbr-shop \(new\)'
    assert_output 'update link veth0-site-a \(configuration changed: .*bridge none, wanted wpbr-shop'
    assert_output 'restart unit wpns-mysqld@site-a.service'
    assert_output 'restart unit wpns-php@site-a.service'
    [[ $output != *'wpns-web@site-a'* && $output != *'site-b'* ]]
    on wpns sync site-a
    local before
    before=$(activations site-a)
    group_of_three
    run -0 on wpns plan --exit-code
    [ "$(activations site-a)" = "$before" ]
    [ "$(status_of site-a '.group, .bridge, .address, .host_address' | paste -sd' ')" = 'shop wpbr-shop 10.10.0.2 10.10.0.1' ]
    [ "$(status_of site-c '.subnet, .address' | paste -sd' ')" = '10.10.0.16/28 10.10.0.18' ]
    assert_serves site-a
    assert_serves site-b
}

@test "mates reach each other and nobody else, with br_netfilter on and off" {
    local value
    for value in 0 1; do
        on sysctl -qw "net.bridge.bridge-nf-call-iptables=$value"
        assert_walls
    done
    run -0 on wpns verify site-a --json
    [ "$(jq -r '.probes[] | select(.id | test("^N4[0-3]$")) | select(.who != "php" and .who != "fpm") | .got' <<<"$output" | paste -sd' ')" \
        = 'connected answered silent silent' ]
    # Without any rule the units still keep all others away.
    on systemctl stop wpns-firewall-watch
    on nft flush ruleset
    run -0 connects site-a 10.10.0.3 3306
    run ! connects site-a 10.10.0.18 3306
    run ! on wpns verify site-a
    assert_output 'N42 wire'
    on systemctl start wpns-firewall-watch
    local try
    for try in {1..30}; do ! on nft list table bridge wpns >/dev/null 2>&1 || break; sleep 0.1; done
    assert_walls || { echo "after try $try" && return 1; }
    run -0 on wpns plan --exit-code
}

@test "somebody who takes the table of the bridges away is noticed at once" {
    on nft delete table bridge wpns
    local try
    for try in {1..30}; do ! on nft list table bridge wpns >/dev/null 2>&1 || break; sleep 0.1; done
    run -0 on wpns doctor
    run -0 on wpns plan --exit-code || { echo "after try $try" && return 1; }
}

@test "a quarantined site is closed to its mates too, and attempts are listed" {
    local before
    before=$(activations site-a)
    settings site-a 'group = "shop"
egress = "quarantine"'
    on wpns sync site-a
    [ "$(activations site-a)" = "$before" ]
    run ! reaches site-b 10.10.0.2 3306
    run ! reaches site-a 10.10.0.3 3306
    run -0 on wpns egress site-b
    assert_output 'tcp +3306 +10\.10\.0\.2'
    run -0 on wpns egress site-a
    assert_output 'tcp +3306 +10\.10\.0\.3'
    settings site-a 'group = "shop"
egress = "none"'
    on wpns sync site-a
    reaches site-a 10.10.0.3 3306
    run ! reaches site-a "$outside" 80
    group_of_three
    reaches site-a "$outside" 80
}

# bats test_tags=only:bookworm
@test "a run that dies in the middle of a join or of leaving is healed" {
    settings site-c 'group = "news"'
    run ! on env WPNS_FAILPOINT=bridge_created:crash /run/wpns-faulty sync
    on wpns sync
    run -0 on wpns plan --exit-code
    # The site that has just moved serves, and still reaches nobody of the other group.
    run ! reaches site-c 10.10.0.2 3306
    assert_serves site-c
    settings site-c ''
    run ! on env WPNS_FAILPOINT=bridge_remove:crash /run/wpns-faulty sync
    on wpns sync
    run -0 on wpns plan --exit-code
    [ "$(on ls /sys/class/net | grep -c '^wpbr-')" -eq 1 ]
    group_of_three
}

@test "after a reboot the group is there again" {
    "$testbed" reboot --name "$machine"
    assert_walls
    run -0 on wpns plan --exit-code
}

@test "with IPv6 for all mates reach each other by it too, and nobody else" {
    local before
    group_of_three
    echo '[network]
pool6 = "fd00:10:10::/48"' | write_file /etc/wpns/wpns.toml
    on wpns sync
    run -0 on wpns plan --exit-code
    [ "$(status_of site-a .address6) $(status_of site-b .address6)" = 'fd00:10:10::2 fd00:10:10::3' ]
    [ "$(status_of site-c .address6)" = fd00:10:10:4::2 ]
    local site
    for site in site-a site-b site-c; do
        on systemd-run --quiet "--unit=wpns-test-$site" "--property=NetworkNamespacePath=/run/netns/$site" php -S '[::]:2222' -t /srv
    done
    on timeout 10 sh -c 'for a in 10:10::2 10:10::3 10:10:4::2; do until curl -s -o /dev/null "http://[fd00:$a]:2222/"; do sleep 0.1; done; done'
    before=$(activations site-a)
    reaches site-a fd00:10:10::3 2222
    reaches site-b fd00:10:10::2 2222
    run -0 inside site-a curl -sS --max-time 5 -o /dev/null "http://[fd00:10:10::3]:2222/"
    run ! reaches site-a fd00:10:10:4::2 2222
    run ! reaches site-c fd00:10:10::2 2222
    run ! reaches site-a fd00:10:10:4::1 80
    run -0 on wpns verify site-a --json
    [ "$(jq -r '.probes[] | select(.id | test("^N4[4-7]$")) | .got' <<<"$output" | paste -sd' ')" = 'heard silent silent silent' ]
    on systemctl stop wpns-firewall-watch
    on nft delete table bridge wpns
    run -1 on wpns verify site-a --json
    [ "$(jq -r '.probes[] | select(.passed | not) | .id' <<<"$output" | paste -sd' ')" = 'N42 N43 N45 N46 N47 O03 O04 O07' ]
    on wpns sync
    # Nobody asks for neighbours, and a site that lies about its address is heard by nobody.
    run -0 in_netns site-a ip -6 neighbour
    [ "$(grep -c . <<<"$output")" -eq 1 ]
    assert_output 'fd00:10:10::1 dev veth1-site-a .*PERMANENT'
    settings site-a 'group = "shop"
egress = "quarantine"'
    on wpns sync
    run ! reaches site-b fd00:10:10::2 2222
    run -0 on wpns egress site-b
    assert_output 'tcp +2222 +fd00:10:10::2'
    [ "$(activations site-a)" = "$before" ]
    on systemctl stop wpns-test-site-a wpns-test-site-b wpns-test-site-c
    settings site-a 'group = "shop"'
    on rm /etc/wpns/wpns.toml
    on wpns sync
    run -0 on wpns plan --exit-code
    [ "$(status_of site-a .address6)" = null ]
    [ -z "$(on ip -6 address show dev wpbr-shop)" ]
    assert_walls
}

@test "a bridge goes with its last site" {
    local mac
    mac=$(on cat /sys/class/net/wpbr-shop/address)
    on wpns remove site-b --purge --yes
    [ "$(on cat /sys/class/net/wpbr-shop/address)" = "$mac" ]
    [ -z "$(on ip neighbour show 10.10.0.3 dev wpbr-shop)" ]
    settings site-a ''
    settings site-c ''
    on wpns sync
    run -0 on wpns plan --exit-code
    run ! on ip link show dev wpbr-shop
    run ! on nft list table bridge wpns
    [ "$(status_of site-a .group)" = null ]
    reaches site-a "$outside" 80
    assert_serves site-a
}
