# The host has other firewalls: what they do to the rules is put back at once, and what they drop is let through.
load helpers

watch=wpns-firewall-watch.service

setup_file() {
    reset_machine
    add_site site-a site-b
    echo 'hello from outside' >"$BATS_FILE_TMPDIR/index.html"
    start_internet
    page site-a >/dev/null
    page site-b >/dev/null
    on_stdin sh -c 'cat >/run/wpns-faulty && chmod 755 /run/wpns-faulty' <"${WPNS_FAULTY:?is not set: the program with failpoints}"
}

teardown_file() {
    stop_internet
    on rm -f /run/wpns-faulty
    on ufw --force reset
    on sh -c 'iptables -P FORWARD ACCEPT; iptables -F; iptables -X'
}

setup() { before=$(activations site-a; activations site-b); }

# Whatever a test did, no service of a site was started anew.
teardown() { [ "$(activations site-a; activations site-b)" = "$before" ]; }

# Runs a command that harms the table on the machine, and prints after how many milliseconds it is whole again: the
# rules, and what the sites were given; not what was counted, and not the addresses of names.
harm() {
    on_stdin bash -s -- "$@" <<'END'
list() {
    { nft -s -t list table inet wpns
    for part in 'set sources' 'set gateways' 'map egress' 'set quarantined' 'map source_address' 'set allowed'; do
        nft -s list ${part/ / inet wpns }
    done; } 2>/dev/null | tr ',' '\n' | tr -d '\t ' | sort
}
whole=$(list)
[[ $whole == *veth0-site-a* ]] || { echo 'it was not whole before'; exit 1; }
start=$(date +%s%3N)
"$@" || exit
for try in {1..300}; do
    if [ "$(list)" = "$whole" ]; then
        echo $(($(date +%s%3N) - start))
        exit
    fi
    sleep 0.01
done
echo "not whole after try $try"
exit 1
END
}

# How often the watch has loaded the table.
loads() { on journalctl -u "$watch" -o cat | grep -c 'it is loaded again' || true; }

# Fails unless the watch has loaded the table since there were COUNT loads; the journal takes a moment.
assert_loaded_since() {
    local try
    for try in {1..20}; do
        [ "$(loads)" -eq "$1" ] || return 0
        sleep 0.1
    done
    echo "the watch did not say so, try $try"
    return 1
}

# Fails unless site-a reaches the internet, and neither the other site nor what is private.
assert_walls() {
    run -0 in_netns site-a curl -sS --max-time 5 "http://$public_address/"
    run ! in_netns site-a curl -sS --max-time 2 "http://$private_address/"
    run ! in_netns site-a timeout 2 bash -c 'exec 3<>/dev/tcp/10.10.1.6/3306'
}

# Fails unless sites reach the internet within some seconds, and nothing is left to do or to say.
assert_let_through() {
    on_stdin bash -s "http://$public_address/" <<'END'
for try in {1..50}; do
    if ip netns exec site-a curl -sS --max-time 1 -o /dev/null "$1" 2>/dev/null && wpns plan --exit-code; then exit; fi
    sleep 0.1
done
exit 1
END
    assert_walls
    run -0 on wpns doctor
}

# Docker's daemon is not here; these are the rules that it writes, by the program that it writes them with.
play_docker() {
    on_stdin sh -e <<'END'
iptables -F
iptables -X
iptables -P FORWARD DROP
for chain in DOCKER DOCKER-ISOLATION-STAGE-1 DOCKER-ISOLATION-STAGE-2 DOCKER-USER; do iptables -N $chain; done
iptables -A FORWARD -j DOCKER-USER
iptables -A FORWARD -j DOCKER-ISOLATION-STAGE-1
iptables -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A FORWARD -o docker0 -j DOCKER
iptables -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
iptables -A FORWARD -i docker0 -o docker0 -j ACCEPT
iptables -A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
iptables -A DOCKER-ISOLATION-STAGE-1 -j RETURN
iptables -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
iptables -A DOCKER-ISOLATION-STAGE-2 -j RETURN
iptables -A DOCKER-USER -j RETURN
END
}

@test "the watch runs" {
    run -0 on systemctl is-active "$watch"
    run -0 on systemctl is-enabled "$watch"
    run -0 on wpns doctor
    [[ $output != *BAD* ]]
    assert_walls
}

@test "nft flush ruleset: the table is back at once, and the journal says who it was" {
    local count
    count=$(loads)
    run -0 harm nft flush ruleset
    echo "# back after $output ms" >&3
    [ "$output" -lt 1000 ]
    assert_loaded_since "$count"
    run -0 on journalctl -u "$watch" -n 5 -o cat
    assert_output 'after a change by nft \([0-9]+\); it is loaded again'
    assert_walls
    run -0 on wpns plan --exit-code
}

@test "each part of the table is put back" {
    local rule count
    for rule in 'delete table inet wpns' 'flush table inet wpns' 'flush chain inet wpns forward' 'flush set inet wpns sources' \
        'add rule inet wpns forward accept' 'delete element inet wpns egress { "veth0-site-a" }'; do
        count=$(loads)
        run -0 harm nft "$rule"
        [ "$output" -lt 1000 ]
        assert_loaded_since "$count"
    done
    assert_walls
}

@test "what others do to their own tables, and what wpns does itself, loads nothing" {
    local count
    count=$(loads)
    on nft add table inet others '{ chain mine { }; }'
    on nft delete table inet others
    on wpns sync
    on systemctl reload wpns-firewall.service
    [ "$(loads)" -eq "$count" ]
}

@test "start, reload and stop of nftables.service" {
    local verb
    for verb in restart reload stop; do
        run -0 harm systemctl "$verb" nftables.service
        assert_walls
    done
}

@test "floods of flushes: no way between sites opens, the sites serve, the watch goes on" {
    local pause flusher try
    for pause in 0.1 0; do
        on bash -c "for i in {1..100}; do nft flush ruleset; sleep $pause; done" 3>&- &
        flusher=$!
        for try in {1..4}; do
            run -1 connects site-a 10.10.1.6 3306
            [ "$(code site-a)" = 200 ]
        done
        wait "$flusher"
        sleep 1
        run -0 harm nft flush ruleset
        echo "# back after $output ms" >&3
        [ "$output" -lt 1000 ]
        assert_walls
    done
    run -0 on systemctl show -p NRestarts --value "$watch"
    [ "$output" = 0 ]
}

@test "host names of an allow list are let through again, and a silent resolver holds nothing up" {
    on sh -c "echo '$public_address api.wpns.test' >>/etc/hosts"
    printf '%s\n' 'domain = "site-a.example"' 'title = "Title of site-a"' '[network]' 'egress = "allow"' \
        'allow = ["api.wpns.test:80", "silent.wpns.test:80"]' | write_file /etc/wpns/sites.d/site-a.toml
    on wpns sync
    run -0 in_netns site-a curl -sS --max-time 5 "http://$public_address/"
    run -0 harm nft flush ruleset
    run -0 harm nft flush ruleset
    [ "$output" -lt 1000 ]
    on sh -c 'for i in $(seq 150); do nft list set inet wpns resolved | grep -q wpns.test && exit; sleep 0.1; done; exit 1'
    run -0 in_netns site-a curl -sS --max-time 5 "http://$public_address/"
    printf '%s\n' 'domain = "site-a.example"' 'title = "Title of site-a"' | write_file /etc/wpns/sites.d/site-a.toml
    on wpns sync
    on sed -i '/wpns\.test/d' /etc/hosts
}

@test "ufw: sites are let through as soon as it is on, by a rule of ours or one of the admin's" {
    run -0 harm ufw --force enable
    assert_let_through
    run -0 on ufw status
    assert_output '10.10.0.0/16 +# made by wpns'
    run -0 harm ufw reload
    assert_walls
    run -0 harm ufw --force disable
    assert_walls

    on ufw --force reset
    on wpns sync
    on ufw route allow from 10.0.0.0/8
    on ufw --force enable
    assert_let_through
    on systemctl start wpns-accept.service
    run -0 on grep '### tuple' /etc/ufw/user.rules
    assert_output '^### tuple ### route:allow any any 0.0.0.0/0 any 10.0.0.0/8 in$'
    [ "${#lines[@]}" -eq 1 ]
    on ufw --force reset
}

@test "the rules of Docker: sites are let through as soon as they are there, by two of ours or those of the admin" {
    local ours
    play_docker
    assert_let_through
    run -0 on iptables -S DOCKER-USER
    ours=$output
    [ "${lines[1]}" = '-A DOCKER-USER -s 10.10.0.0/16 -m comment --comment "made by wpns" -j ACCEPT' ]
    [ "${lines[2]}" = '-A DOCKER-USER -d 10.10.0.0/16 -m comment --comment "made by wpns" -j ACCEPT' ]
    [ "${lines[3]}" = '-A DOCKER-USER -j RETURN' ]
    on iptables -D DOCKER-USER 2
    assert_let_through
    [ "$(on iptables -S DOCKER-USER)" = "$ours" ]

    on sh -ec 'iptables -P FORWARD ACCEPT; iptables -F DOCKER-USER; iptables -A DOCKER-USER -s 10.10.0.0/16 -j ACCEPT
        iptables -A DOCKER-USER -d 10.10.0.0/16 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; wpns sync; iptables -P FORWARD DROP'
    assert_let_through
    on systemctl start wpns-accept.service
    run -0 on iptables -S DOCKER-USER
    [[ $output != *wpns* ]]
    on sh -ec 'iptables -P FORWARD ACCEPT; iptables -F; iptables -X'
    run -0 on wpns plan --exit-code
}

# The watch is out of the way, or it would do what the dead run has not done.
@test "a run that dies before it puts an accept into another firewall is healed" {
    on systemctl stop "$watch"
    play_docker
    run ! on env WPNS_FAILPOINT=accept_put:crash /run/wpns-faulty sync
    assert_output 'failpoint: accept_put@1: crash'
    run -0 on iptables -S DOCKER-USER
    [[ $output != *wpns* ]]
    on wpns sync
    assert_let_through
    run -0 on iptables -S DOCKER-USER
    [ "$(grep -c 'made by wpns' <<<"$output")" -eq 2 ]
    on sh -ec 'iptables -P FORWARD ACCEPT; iptables -F; iptables -X; wpns sync'
}

# No router answers here, so whatever networkd takes for its own gets no address and loses what it had.
@test "systemd-networkd with files for every link leaves those of the sites alone, and doctor names one that does not" {
    local before
    before=$(on ip -o address)
    printf '%s\n' '[Match]' 'Name=veth* wpbr*' 'Type=ether' '[Network]' DHCP=yes LinkLocalAddressing=yes \
        Address=192.0.2.77/24 '[Link]' MTUBytes=1400 | write_file /etc/systemd/network/10-all.network
    for try in start restart; do
        on systemctl "$try" systemd-networkd
        run -0 on /usr/lib/systemd/systemd-networkd-wait-online --timeout=10 --interface=lo:carrier
        run -0 on networkctl --no-legend list
        assert_output ' veth0-site-a .* unmanaged'
        [ "$(on ip -o address)" = "$before" ]
        run -0 on wpns plan --exit-code
        assert_walls
    done
    run -0 on wpns doctor
    assert_output '^ok +links of the sites \(systemd-networkd\)$'

    on mv /etc/systemd/network/10-all.network /etc/systemd/network/00-all.network
    on networkctl reload
    on_stdin sh -c 'for i in $(seq 50); do ip address | grep -q 192.0.2.77 && exit; sleep 0.1; done; exit 1'
    run -1 on wpns doctor
    assert_output '^BAD +links of the sites \(systemd-networkd\): it manages veth0-site-a by .*/00-all.network and 1 more$'
    run_fixes
    run -0 on wpns doctor
    run -0 on wpns plan --exit-code
    [ "$(on ip -o address)" = "$before" ]
    on sh -c 'systemctl stop systemd-networkd.socket systemd-networkd; rm /etc/systemd/network/*all.network'
    assert_walls
}

@test "what is wrong is named" {
    on systemctl stop "$watch"
    on nft flush chain inet wpns forward
    on sysctl -qw net.ipv4.ip_forward=0
    run -1 on wpns doctor
    assert_output '^BAD +firewall of the sites'
    assert_output '^BAD +watch over the firewall .*: it is inactive'
    assert_output '^BAD +forwarding .*: it is off'
    run_fixes
    run -0 on wpns doctor
    assert_walls
}

@test "the watch comes back after a crash and a reboot, and goes with the last site" {
    on systemctl kill -s KILL "$watch"
    on nft flush ruleset
    on sh -c 'for i in $(seq 50); do nft list table inet wpns >/dev/null 2>&1 && exit; sleep 0.1; done; exit 1'
    "$testbed" reboot --name "$machine"
    run -0 harm nft flush ruleset
    page site-a >/dev/null
    page site-b >/dev/null
    on ufw --force enable
    on sh -c 'for i in $(seq 100); do grep -q "### tuple" /etc/ufw/user.rules && exit; sleep 0.1; done; exit 1'
    play_docker
    assert_let_through
    on wpns remove site-a --purge --yes
    run -0 on iptables -S DOCKER-USER
    assert_output 'made by wpns'
    run ! on env WPNS_FAILPOINT=accept_remove:crash /run/wpns-faulty remove site-b --purge --yes
    run -0 on iptables -S DOCKER-USER
    assert_output 'made by wpns'
    on sh -c 'wpns remove site-b --purge --yes || wpns sync'
    run -0 on iptables -S DOCKER-USER
    [ "$output" = $'-N DOCKER-USER\n-A DOCKER-USER -j RETURN' ]
    run ! on grep '### tuple' /etc/ufw/user.rules
    run ! on systemctl is-active "$watch"
    run ! on systemctl is-enabled "$watch"
    run ! on nft list table inet wpns
    run -0 on wpns doctor
    [ "$output" = 'no site is set up: nothing to look at' ]
    before=$(activations site-a; activations site-b)
}
