# Faults of the host that take a kernel and a clock of its own: X29, X45, and power cuts that lose what was only in memory
# are `scripts/vm-test RELEASE tests/system/churn.bats`.
load ../system/helpers

setup_file() {
    reset_machine
    add_site site-a site-b
    printf '[backup]\nschedule = "daily"\nkeep = 3\n' | write_file /etc/wpns/wpns.toml
    on wpns sync
}

teardown_file() {
    on sh -c 'rm -rf /etc/wpns/wpns.toml /etc/modprobe.d/none.conf'
    on wpns sync
}

# Sets the clock forth or back: clock '+10 years'
clock() { on date --set "$1"; }

# The names of the backups of site-a.
backups() { on ls /var/lib/wpns/backups | grep '^site-a-'; }

@test "a clock that jumps: backups keep their number and their names, the sites serve" {
    local before
    on wpns backup --all
    clock '+10 years'
    assert_serves site-a
    on wpns backup --all
    run -0 on wpns plan --exit-code
    run -0 on wpns verify site-a
    clock '-10 years -1 day'
    before=$(backups)
    # the timer may have come as well
    (($(wc -l <<<"$before") >= 2))
    for _ in 1 2; do on wpns backup --all; done
    [ "$(backups | wc -l)" -eq 3 ]
    [ "$(backups)" != "$before" ]
    on wpns sync
    assert_serves site-a
    assert_serves site-b
    clock '+1 day'
}

@test "a host without the modules of the firewall boots, and no site is on its network" {
    on sh -c 'printf "install nf_tables /bin/false\ninstall veth /bin/false\n" >/etc/modprobe.d/none.conf; sync'
    "$testbed" kill --name "$machine"
    run ! on systemctl is-active wpns-firewall.service
    run ! on systemctl is-active wpns-php@site-a.service
    run -0 on sh -c 'for pid in $(pgrep -u wp-site-a); do readlink "/proc/$pid/ns/net"; done; true'
    [[ $output != *"$(on readlink /proc/1/ns/net)"* ]]
    run ! on curl -s --fail --max-time 20 -o /dev/null -H 'Host: site-a.example' http://127.0.0.1/
    run ! on wpns sync
    assert_output 'modprobe nf_tables'
    on sh -c 'rm /etc/modprobe.d/none.conf'
    run -0 on wpns sync
    run -0 on wpns plan --exit-code
    assert_serves site-a
    assert_serves site-b
    run -0 on wpns verify site-a
}
