# The control of `wpns verify`: the same program, in a unit without any wall, gets through where the walls refuse. So its
# probes can fail.
load helpers

# What the table says about a site is refused; here it is let through, by root in a plain unit.
control() {
    on_stdin systemd-run --quiet --collect --wait --pipe --service-type=exec /usr/lib/wpns/wpns-probe
}

@test "without walls the calls that they refuse are let through" {
    local call calls=(unshare-user unshare-mount unshare-net unshare-pid unshare-ipc unshare-uts unshare-cgroup clone-user
        clone-net setns chroot mount remount umount2 open_tree fsopen mount_setattr io_uring_setup userfaultfd
        personality sched_fifo setuid setgroups setpriority writable_code code_afterwards shmget semget msgget mq_open)
    for call in "${calls[@]}"; do echo "$call call $call"; done >"$BATS_TEST_TMPDIR/requests"
    run -0 control <"$BATS_TEST_TMPDIR/requests"
    for call in "${calls[@]}"; do assert_output "^$call	ok\$"; done
}

@test "without walls the refusals come from the arguments, not from a filter" {
    run -0 control <<'END'
reboot call reboot
sethostname call sethostname
clone3 call clone3
pivot call pivot_root
END
    assert_output '^reboot	EINVAL$'
    assert_output '^sethostname	EINVAL$'
    assert_output '^clone3	EINVAL$'
    assert_output '^pivot	EBUSY$'
}

@test "without walls files, processes and sockets of the host are in reach" {
    run -0 control <<'END'
shadow read /etc/shadow
system create /etc
shm create /dev/shm
node mknod /tmp
setuid setuid /tmp
setgid setgid /tmp
filecap filecap /tmp
execute execute /tmp
mapcode mapcode /tmp
foreign foreign
signal signal 1
pidfd pidfd 1
trace trace
memory memory self
bus unix /run/dbus/system_bus_socket
systemd unix /run/systemd/private
route socket netlink-route
packet socket packet
raw socket raw
inet socket inet
transparent spoof transparent 192.0.2.77 203.0.113.1 53
END
    local probe
    for probe in shadow system shm node setuid setgid filecap execute mapcode signal pidfd trace memory route packet raw inet \
        transparent; do
        assert_output "^$probe	ok\$"
    done
    assert_output '^foreign	[0-9]+ foreign$'
    assert_output '^bus	connected$'
    assert_output '^systemd	connected$'
}

@test "the program answers each request once, and nothing else" {
    run -0 control <<'END'
a call no-such-call
b tcp
c text /proc/self/mountinfo
END
    [ "${#lines[@]}" = 3 ]
    assert_output '^a	bad request$'
    assert_output '^b	bad request$'
}
