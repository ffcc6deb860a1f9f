# shellcheck shell=bash
# Networks of N sites, set up and removed, and what goes through the rules for N sites, each in a throw-away host of its
# own. Sourced, never run.

network_ways=(wpns raw batch shell cni netavark)

# One run, in a root that has what the way needs: measure_networks WAY SIZE
measure_networks() {
    local program=/src/tests/bench/networks/$1 layer=build
    case $1 in
    wpns | raw) program=/build/tests/bench_networks_$1 ;;
    cni | netavark) layer=rivals ;;
    esac
    in_layer "$layer" "$release" "$checkout_dir" "$build" \
        /src/scripts/in-throwaway-host /src/tests/bench/networks/world "$program" "$2"
}

# How often a size is measured. Hundreds of processes a step need less of that, and more patience: rounds_of SIZE
rounds_of() {
    case $1 in
    1 | 10) echo 7 ;;
    *) echo 3 ;;
    esac
}

# True where one more round would only take time: minutes each, and one is enough to tell a factor of fifty. What containers
# use takes a quarter of an hour for a thousand: is_enough WAY SIZE ROUND
is_enough() {
    case $1 in
    shell) (($2 >= 1000 && $3 > 0)) ;;
    cni | netavark) (($2 >= 1000 || $2 >= 100 && $3 > 0)) ;;
    *) return 1 ;;
    esac
}

# All sizes, the ways in turn: bench_networks SIZE…
bench_networks() {
    local size round way
    for size in "$@"; do
        for ((round = 0; round < $(rounds_of "$size"); round++)); do
            for way in "${network_ways[@]}"; do
                is_enough "$way" "$size" "$round" || measure_networks "$way" "$size"
            done
        done
    done
}

# Traffic of one site beside none and beside thousands, in turn: bench_firewall ROUNDS
bench_firewall() {
    local size round
    for ((round = 0; round < $1; round++)); do
        for size in 1 5000; do
            in_build_root "$release" "$checkout_dir" "$build" \
                /src/scripts/in-throwaway-host /src/tests/bench/firewall/world /build/tests/bench_firewall "$size"
        done
    done
}
