# shellcheck shell=bash
# The small internet beside a test machine: a network namespace with the far end of the machine's uplink0, some addresses and
# a name server that knows no name. Sourced, never run.

# Addresses of the internet beside a machine: its router, a public server, and two that no site may ever reach.
machine_address=203.0.113.2
router_address=203.0.113.1
internet_addresses=(198.51.100.10/32 10.99.0.1/32 169.254.169.254/32)

machine_internet() { echo "wpns-inet-$1"; }

# Runs ip in the internet of a machine: internet_ip NAME ARGS…
internet_ip() {
    local netns
    netns=$(machine_internet "$1")
    shift
    ip -n "$netns" "$@"
}

# Makes the internet of a machine, as far as it is not there.
make_internet() {
    local netns address
    netns=$(machine_internet "$1")
    if ! ip netns list | grep -qw "$netns"; then
        ip netns add "$netns"
        internet_ip "$1" link set lo up
        for address in "${internet_addresses[@]}"; do
            internet_ip "$1" address add "$address" dev lo
        done
    fi
    resolver_pid "$1" >/dev/null || start_resolver "$1"
}

# The process id of the name server in the internet of a machine; fails when it does not run.
resolver_pid() {
    local pid comm
    { read -r pid <"$(machine_run "$1")/resolver" && read -r comm <"/proc/$pid/comm"; } 2>/dev/null || return 1
    [[ $comm == resolver ]] && echo "$pid"
}

# Starts the name server so that it outlives this script.
start_resolver() (
    close_descriptors
    setsid ip netns exec "$(machine_internet "$1")" "$lib_dir/resolver" "$router_address" </dev/null >/dev/null 2>&1 &
    echo $! >"$(machine_run "$1")/resolver"
)

# Removes the internet of a machine.
delete_internet() {
    local pid
    ! pid=$(resolver_pid "$1") || kill "$pid"
    ip netns delete "$(machine_internet "$1")" 2>/dev/null || true
}

# Gives a booting machine its uplink with an address and a default route, as a provider's network would.
connect_uplink() {
    local leader
    leader=$(machine_leader "$1")
    # The link of an earlier boot goes with that boot, but the kernel takes its time.
    internet_ip "$1" link delete inet0 2>/dev/null || true
    internet_ip "$1" link add inet0 type veth peer name uplink0 netns "$leader"
    internet_ip "$1" address add "$router_address/24" dev inet0
    internet_ip "$1" link set inet0 up
    local inside=(nsenter --target "$leader" --net ip)
    "${inside[@]}" address add "$machine_address/24" dev uplink0
    "${inside[@]}" link set uplink0 up
    "${inside[@]}" route add default via "$router_address"
}
