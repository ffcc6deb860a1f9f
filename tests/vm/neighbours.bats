# Programs beside the sites that are too large for every test machine, as Debian has them: firewalld and NetworkManager.
# The internet is a namespace of the machine, behind a link that is nobody's business.
load ../system/helpers

outside=198.51.100.10

setup_file() {
    reset_machine
    on_stdin sh -e <<END
ip netns add outside
ip link add out0 type veth peer name out1 netns outside
ip address add 192.0.2.1/24 dev out0
ip -6 address add 2001:db8:2::1/64 dev out0 nodad
ip link set out0 up
ip -n outside address add 192.0.2.2/24 dev out1
ip -n outside -6 address add 2001:db8:2::2/64 dev out1 nodad
ip -n outside address add $outside/32 dev out1
ip -n outside link set out1 up
ip -n outside link set lo up
ip -n outside -6 route add default via 2001:db8:2::1
ip route add $outside/32 via 192.0.2.2
systemd-run --quiet --unit=outside --property=NetworkNamespacePath=/run/netns/outside php -S '[::]:80' -t /usr/share/wpns/templates
mkdir -p /etc/NetworkManager/conf.d
printf '[device-out]\nmatch-device=interface-name:out*;interface-name:e*\nmanaged=0\n' >/etc/NetworkManager/conf.d/10-out.conf
END
    add_site site-a site-b
}

teardown_file() {
    on sh -c 'systemctl stop outside NetworkManager firewalld; ip link del out0; ip netns del outside
        rm -rf /etc/firewalld/zones/* /etc/NetworkManager/conf.d/*.conf /etc/NetworkManager/system-connections/* /etc/wpns/wpns.toml'
    on wpns sync
}

# Whether site-a gets a page from outside by IPv4 or IPv6: reaches ADDRESS
reaches() { in_netns site-a curl -sS --max-time 10 -o /dev/null "http://$1/my.cnf"; }

@test "firewalld, which rejects what it has no rule for, is named; the fix lets the sites through, and a reload loses nothing" {
    run -0 reaches "$outside"
    # it has its name on the bus before it has its rules
    on timeout 60 sh -c 'systemctl start firewalld; until firewall-cmd --quiet --state; do sleep 0.2; done'
    run ! reaches "$outside"
    run -1 on wpns doctor
    assert_output '^BAD +other firewalls: chain filter_FORWARD of table inet firewalld \(firewalld\) drops what it forwards$'
    run_fixes
    run -0 on wpns doctor
    run -0 reaches "$outside"
    on firewall-cmd --reload
    run -0 on wpns doctor
    run -0 reaches "$outside"
    run ! connects site-a 10.10.1.6 3306
    run -0 on wpns plan --exit-code
}

@test "the same for IPv6" {
    printf '[network]\npool6 = "fd00:10:10::/48"\n' | write_file /etc/wpns/wpns.toml
    on wpns sync
    run ! reaches '[2001:db8:2::2]'
    run -1 on wpns doctor
    assert_output '^BAD +other firewalls: chain filter_FORWARD of table inet firewalld .firewalld. drops'
    assert_output '^ +no site reaches anything outside by IPv6$'
    run_fixes
    run -0 on wpns doctor
    run -0 reaches '[2001:db8:2::2]'
    on systemctl stop firewalld
    run -0 reaches '[2001:db8:2::2]'
    run -0 on wpns doctor
}

# Devices of NetworkManager that belong to sites, and their state.
links_by_network_manager() { on nmcli --terse --fields DEVICE,STATE device | grep -E '^(veth0-|wpbr-)' | sort; }

# Addresses of the links of the first two sites.
addresses() { on ip -o address | grep -E ' veth0-site-[ab] '; }

# A profile for any Ethernet link, as an installer makes it.
@test "NetworkManager with a profile for every link leaves those of the sites alone, new ones too" {
    local before
    before=$(addresses)
    on systemctl start NetworkManager
    on nmcli connection add type ethernet con-name every ifname '' ipv4.method manual ipv4.addresses 192.0.2.77/24 \
        connection.multi-connect multiple connection.autoconnect yes
    run -0 links_by_network_manager
    [ "$output" = $'veth0-site-a:unmanaged\nveth0-site-b:unmanaged' ]
    add_site site-c
    on systemctl restart NetworkManager
    run -0 on nm-online --timeout=10 --wait-for-startup --quiet
    run -0 links_by_network_manager
    [ "$output" = $'veth0-site-a:unmanaged\nveth0-site-b:unmanaged\nveth0-site-c:unmanaged' ]
    [ "$(addresses)" = "$before" ]
    run -0 on ip address
    [[ $output != *192.0.2.77* ]]
    run -0 on wpns plan --exit-code
    run -0 on wpns doctor
    assert_output '^ok +links of the sites \(NetworkManager\)$'
}

@test "doctor names a NetworkManager that was told to manage the links, and the fix gives them back" {
    printf '[device-all]\nmatch-device=interface-name:veth0-*\nmanaged=1\n' | write_file /etc/NetworkManager/conf.d/05-all.conf
    on systemctl restart NetworkManager
    # The profile of the test before is given to a new link of such a name; those that have addresses are let be, for now.
    on sh -c 'ip link add veth0-new type veth peer name veth9; ip link set veth9 up; ip link set veth0-new up
        for i in $(seq 150); do ip address show dev veth0-new | grep -q 192.0.2.77 && exit; sleep 0.2; done; nmcli device; exit 1'
    on ip link del veth0-new
    run -1 on wpns doctor
    assert_output '^BAD +links of the sites \(NetworkManager\): it manages veth0-site-a and 2 more$'
    on rm /etc/NetworkManager/conf.d/05-all.conf
    run_fixes
    run -0 on wpns doctor
    run -0 on wpns plan --exit-code
    assert_serves site-a
}
