# shellcheck shell=bash
# Virtual machines: Debian's own kernel under the same root, for what the kernel of a build machine does not have or does
# not hand on to a container: control of memory and processors, quotas. They are emulated, so they run everywhere, and
# some ten times slower. Sourced, never run.
#
# What a virtual machine is made of:
#   $vms_dir/NAME/{disk,kernel,initrd,release,key,port,pid,console}   port: of this machine, leads to its sshd

vms_dir=$cache_dir/vms

vm_dir() { echo "$vms_dir/$1"; }

# True when a virtual machine of that name runs.
vm_runs() {
    local pid
    pid=$(cat "$(vm_dir "$1")/pid" 2>/dev/null) && [[ $(cat "/proc/$pid/comm" 2>/dev/null) == qemu-system* ]]
}

# Makes the disk of a new virtual machine, with the checkout's program in it: create_vm NAME RELEASE CHECKOUT
create_vm() (
    dir=$(vm_dir "$1")
    rm -rf "$dir"
    install -d -m 700 "$vms_dir" "$dir"
    trap 'umount "$dir/root" 2>/dev/null || true; rm -rf --one-file-system "$dir"/{root,upper,upper.work}' EXIT
    mkdir "$dir/root"
    mount_layers "$dir/root" "$dir/upper" "$(layers_of vm "$2")"
    install_program "$2" "$3" "$dir/root"
    furnish_vm "$1" "$dir/root"
    # The file system of the root has quotas.
    echo quota_v2 >>"$dir/root/etc/initramfs-tools/modules"
    chroot "$dir/root" update-initramfs -u >/dev/null
    cp "$dir"/root/boot/vmlinuz-* "$dir/kernel"
    cp "$dir"/root/boot/initrd.img-* "$dir/initrd"
    truncate -s 16G "$dir/disk"
    mkfs.ext4 -q -O quota,project -E lazy_itable_init=1,lazy_journal_init=1 -d "$dir/root" "$dir/disk"
    echo "$2" >"$dir/release"
)

# Gives a root the name, the network and the key of a virtual machine: furnish_vm NAME ROOT
furnish_vm() {
    local units=$2/etc/systemd/system
    echo "$1" >"$2/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$1" >"$2/etc/hosts"
    echo 'nameserver 10.0.2.3' >"$2/etc/resolv.conf"
    : >"$2/etc/fstab"
    tr -d - </proc/sys/kernel/random/uuid >"$2/etc/machine-id"
    install -d -m 700 "$2/root/.ssh" "$2/etc/wpns/sites.d"
    ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$(vm_dir "$1")/key"
    cp "$(vm_dir "$1")/key.pub" "$2/root/.ssh/authorized_keys"
    systemctl --root="$2" --quiet disable firewalld.service NetworkManager.service
    mkdir -p "$units/sysinit.target.wants"
    cat >"$units/vm-uplink.service" <<'END'
[Unit]
DefaultDependencies=no
After=systemd-udev-settle.service
Wants=systemd-udev-settle.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -ec 'cd /sys/class/net; for link in en* eth*; do [ -d $link ] && break; done; \
    ip link set $link up; ip address add 10.0.2.15/24 dev $link; ip route add default via 10.0.2.2'
END
    ln -s ../vm-uplink.service "$units/sysinit.target.wants/"
}

# Boots a virtual machine and waits until its systemd has started everything.
boot_vm() {
    local dir port
    dir=$(vm_dir "$1") port=$((20000 + RANDOM % 10000))
    echo "$port" >"$dir/port"
    # It outlives who boots it, and must not hold what a test runner reads to its end.
    qemu-system-x86_64 -accel tcg -cpu max -smp 2 -m "${WPNS_VM_MEMORY:-3072}" \
        -kernel "$dir/kernel" -initrd "$dir/initrd" \
        -append 'root=/dev/vda rw rootflags=prjquota console=ttyS0 quiet panic=1' \
        -drive "file=$dir/disk,format=raw,if=virtio,cache=unsafe" \
        -nic "user,model=virtio-net-pci,restrict=on,hostfwd=tcp:127.0.0.1:$port-:22" \
        -display none -serial "file:$dir/console" -monitor none -daemonize -pidfile "$dir/pid" 3>&- 4>&-
    wait_until 180 "the system of $1" vm_exec "$1" systemctl is-system-running --quiet --wait </dev/null >/dev/null 2>&1 ||
        { tail -n 30 "$dir/console" >&2 && return 1; }
}

# Runs a command in a virtual machine, with its standard streams and exit status: vm_exec NAME CMD…
vm_exec() {
    local dir command
    dir=$(vm_dir "$1")
    shift
    printf -v command '%q ' "$@"
    ssh -q -p "$(cat "$dir/port")" -i "$dir/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        -o BatchMode=yes -o ConnectTimeout=5 -o ControlMaster=auto -o "ControlPath=/run/wpns-vm-%C" \
        -o ControlPersist=60 -o LogLevel=ERROR root@127.0.0.1 "$command" 3>&- 4>&-
}

# Ends a virtual machine at once.
cut_vm() {
    ! vm_runs "$1" || kill -KILL "$(cat "$(vm_dir "$1")/pid")"
    wait_until 30 "$1 to end" vm_is_gone "$1"
}

vm_is_gone() { ! vm_runs "$1"; }

delete_vm() {
    cut_vm "$1"
    rm -rf --one-file-system "$(vm_dir "$1")"
}
