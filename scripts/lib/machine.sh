# shellcheck shell=bash
# Disposable booted Debians: an overlay on a runtime root, a real systemd in it, and a small internet beside it.
# Sourced, never run.
#
# What a machine is made of:
#   $machines_dir/NAME/{root,upper,lower,release}   its files; lower holds the paths of the roots below, the topmost first
#   /run/wpns-testbed/NAME/{supervisor,log}         process id of systemd-nspawn, console output
#   network namespace wpns-inet-NAME                its "internet", see internet.sh

machines_dir=$cache_dir/machines

machine_dir() { echo "$machines_dir/$1"; }
machine_files() { echo "$machines_dir/$1/root"; }
machine_run() { echo "/run/wpns-testbed/$1"; }

# True when a machine of that name was made.
machine_exists() { [[ -e $(machine_dir "$1")/release ]]; }

# Makes the files of a new machine: create_machine NAME RELEASE [LAYER]
create_machine() {
    local dir lower
    dir=$(machine_dir "$1")
    if [[ -n ${3-} ]]; then lower=$(layers_of "$3" "$2"); else lower=$(ensure_root runtime "$2"); fi
    rm -rf "$dir"
    mkdir -p "$dir/root" "$dir/upper" "$dir/work"
    chmod 700 "$machines_dir"
    echo "$lower" >"$dir/lower"
    mount_machine "$1" || copy_machine "$1"
    tr -d - </proc/sys/kernel/random/uuid >"$dir/root/etc/machine-id"
    echo "$1" >"$dir/root/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$1" >"$dir/root/etc/hosts"
    echo "nameserver $router_address" >"$dir/root/etc/resolv.conf"
    echo "$2" >"$dir/release"
}

# Mounts a machine's overlay, where it is one and is not mounted.
mount_machine() {
    local dir
    dir=$(machine_dir "$1")
    [[ ! -e $dir/copied ]] && ! mountpoint -q "$dir/root" || return 0
    mount -t overlay overlay -o "lowerdir=$(cat "$dir/lower"),upperdir=$dir/upper,workdir=$dir/work" \
        "$dir/root" 2>/dev/null
}

# A full copy, for file systems that cannot carry an overlay; those cannot carry layers either.
copy_machine() {
    local dir lower
    dir=$(machine_dir "$1") lower=$(cat "$(machine_dir "$1")/lower")
    [[ $lower != *:* ]] || die "this file system carries no overlay, and so no layers"
    cp -a --reflink=auto "$lower/." "$dir/root"
    touch "$dir/copied"
}

# The process id of a machine's systemd-nspawn; fails when it does not run.
machine_supervisor() {
    local pid comm
    # Builtins only, here and below: tests run some thousand commands in a machine.
    { read -r pid <"$(machine_run "$1")/supervisor" && read -r comm <"/proc/$pid/comm"; } 2>/dev/null || return 1
    [[ $comm == systemd-nspawn ]] && echo "$pid"
}

# The process id of a machine's init; fails when there is none. Once found it is remembered, because the kernel's list of
# children may leave one out while another ends (proc_pid_children(5)).
machine_leader() {
    local supervisor child memory
    supervisor=$(machine_supervisor "$1") || return 1
    memory=$(machine_run "$1")/leader
    if { read -r child <"$memory"; } 2>/dev/null && is_init "$child" "$supervisor"; then
        echo "$child"
        return
    fi
    while read -rd ' ' child; do
        if is_init "$child" "$supervisor"; then
            echo "$child" | tee "$memory"
            return
        fi
    done <"/proc/$supervisor/task/$supervisor/children"
    return 1
}

# True when a process is number 1 of a process namespace below ours, and a child of another: is_init PID PARENT
is_init() {
    local words
    while read -ra words; do
        case ${words[0]-} in
        PPid:) [[ ${words[1]} == "$2" ]] || return 1 ;;
        NSpid:)
            ((${#words[@]} > 2)) && [[ ${words[-1]} == 1 ]]
            return
            ;;
        esac
    done 2>/dev/null <"/proc/$1/status"
    return 1
}

# Boots a machine and waits until its systemd has started everything.
boot_machine() {
    local run
    run=$(machine_run "$1")
    mkdir -p "$run"
    mount_machine "$1"
    make_internet "$1"
    start_supervisor "$1"
    wait_until 20 "the init of machine $1" machine_leader "$1" >/dev/null || show_log "$1"
    connect_uplink "$1"
    wait_until 30 "the system bus of machine $1" has_booted "$1" || report_boot "$1"
}

# Waits until a machine's systemd has started everything, and fails unless all of it runs. In a subshell, so that a machine
# that dies meanwhile ends this wait and not the script.
has_booted() (machine_exec "$1" systemctl is-system-running --quiet --wait </dev/null >/dev/null 2>&1)

# Says what is wrong with a machine that did not boot well; a degraded one is usable.
report_boot() {
    local state
    state=$(machine_exec "$1" systemctl is-system-running </dev/null) || true
    [[ $state == degraded ]] || show_log "$1"
    say "machine $1 is degraded:"
    machine_exec "$1" systemctl --failed --no-legend --plain >&2 </dev/null
}

# Ends the script with the console output of a machine that did not boot.
show_log() {
    tail -n 30 "$(machine_run "$1")/log" >&2
    die "machine $1 did not boot"
}

# Waits for a command to succeed: wait_until SECONDS WHAT CMD…
wait_until() {
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        if ((SECONDS >= deadline)); then
            say "gave up waiting for $what"
            return 1
        fi
        sleep 0.05
    done
}

# Starts systemd-nspawn so that it outlives this script.
start_supervisor() {
    local dir run command
    dir=$(machine_dir "$1") run=$(machine_run "$1")
    # Without the system call, the address filters of units (IPAddressDeny=) are not there, and nobody says so.
    # Without the variable, Debian 13 refuses to boot on a host whose own cgroups are not unified.
    command=(env SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
        systemd-nspawn --quiet --directory="$dir/root" --boot --private-network
        --machine="$1" --register=no --keep-unit --console=pipe --system-call-filter=bpf
        --resolv-conf=off --timezone=off --link-journal=no)
    if runs_systemd; then
        systemd-run --quiet --collect --unit="wpns-testbed-$1" --property=Delegate=yes \
            --property=KillMode=mixed --property="StandardOutput=file:$run/log" "${command[@]}"
        systemctl show --value --property=MainPID "wpns-testbed-$1" >"$run/supervisor"
    else
        detach "$1" "${command[@]}"
    fi
}

# Runs a command in the background, in a session and a control group of its own: detach NAME CMD…
detach() {
    local run
    run=$(machine_run "$1")
    (
        enter_control_group "$1"
        close_descriptors
        shift
        setsid "$@" </dev/null >"$run/log" 2>&1 &
        echo $! >"$run/supervisor"
    )
}

# Closes all but the standard streams: a lock or a test runner's pipe must not live as long as the machine.
close_descriptors() {
    local fd
    for fd in /proc/self/fd/*; do
        fd=${fd##*/}
        [[ $fd -le 2 ]] || eval "exec $fd>&-" 2>/dev/null || true
    done
}

# Two machines in one control group would take each other's units for their own.
enter_control_group() {
    local group
    while read -r group; do
        mkdir -p "$group/wpns-testbed-$1" && echo "$BASHPID" >"$group/wpns-testbed-$1/cgroup.procs" ||
            say "no control group in $group"
    done < <(control_groups)
}

# The mounted hierarchies in which systemd places processes.
control_groups() {
    awk '$3 == "cgroup2" || ($3 == "cgroup" && $4 ~ /name=systemd/) { print $2 }' /proc/self/mounts
}

# Removes what is left of a machine's control group.
remove_control_group() {
    local group
    while read -r group; do
        [[ ! -d $group/wpns-testbed-$1 ]] ||
            find "$group/wpns-testbed-$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done < <(control_groups)
}

# Runs a command in a machine, with its standard streams and exit status: machine_exec NAME CMD…
machine_exec() {
    local leader
    leader=$(machine_leader "$1") || die "machine $1 does not run"
    shift
    nsenter --target "$leader" --all -- /usr/bin/env -i HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# Asks a machine's systemd to power off, and waits until it has.
stop_machine() {
    local leader supervisor
    leader=$(machine_leader "$1") || return 0
    supervisor=$(machine_supervisor "$1")
    end_visitors "$leader"
    kill -s RTMIN+4 "$leader"
    if ! wait_until 90 "machine $1 to stop" process_gone "$supervisor"; then
        cut_power "$1"
    fi
}

# Ends what machine_exec has started from outside. One that is stopped would not take its dead child away, and a machine
# whose dead are not taken away cannot end: end_visitors LEADER
end_visitors() {
    local visitor
    for visitor in $(pgrep -x nsenter); do
        if [[ $(tr '\0' ' ' <"/proc/$visitor/cmdline" 2>/dev/null) == "nsenter --target $1 "* ]]; then
            kill -KILL "$visitor" 2>/dev/null || true
        fi
    done
}

# Ends a machine between two instructions. The kernel kills everything in it together with its init.
cut_power() {
    local leader supervisor
    supervisor=$(machine_supervisor "$1") || return 0
    leader=$(machine_leader "$1") && kill -KILL "$leader"
    [[ -z ${leader:-} ]] || end_visitors "$leader"
    kill -KILL "$supervisor" 2>/dev/null || true
    wait_until 30 "machine $1 to die" process_gone "$supervisor"
    [[ -z ${leader:-} ]] || wait_until 30 "the init of machine $1 to die" process_gone "$leader"
}

# True when no process has this id.
process_gone() { [[ ! -e /proc/$1 ]]; }

# Removes everything a machine was made of.
delete_machine() {
    local dir
    dir=$(machine_dir "$1")
    cut_power "$1"
    ! mountpoint -q "$dir/root" || umount "$dir/root"
    delete_internet "$1"
    remove_control_group "$1"
    rm -rf --one-file-system "$dir" "$(machine_run "$1")"
}

# One line for every machine: name, release, state.
list_machines() {
    local dir name state
    for dir in "$machines_dir"/*/; do
        [[ -e $dir/release ]] || continue
        name=$(basename "$dir")
        if machine_leader "$name" >/dev/null; then state=running; else state=stopped; fi
        printf '%s\t%s\t%s\n' "$name" "$(cat "$dir/release")" "$state"
    done
}
