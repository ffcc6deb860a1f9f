# shellcheck shell=bash
# Networks of N sites, set up and removed, each way in a throw-away host of its own. Sourced, never run.

network_ways=(wpns raw batch shell)

# One run: measure_networks WAY SIZE
measure_networks() {
    local program=/src/tests/bench/networks/$1
    case $1 in wpns | raw) program=/build/tests/bench_networks_$1 ;; esac
    in_build_root "$release" "$checkout_dir" "$build" \
        /src/scripts/in-throwaway-host /src/tests/bench/networks/world "$program" "$2"
}

# How often a size is measured. Hundreds of processes a step need less of that, and more patience: rounds_of SIZE
rounds_of() {
    case $1 in
    1 | 10) echo 7 ;;
    *) echo 3 ;;
    esac
}

# All sizes, the ways in turn: bench_networks SIZE…
bench_networks() {
    local size round way
    for size in "$@"; do
        for ((round = 0; round < $(rounds_of "$size"); round++)); do
            for way in "${network_ways[@]}"; do
                # A minute or two each: one is enough to tell a factor of fifty.
                [[ $way == shell && $size -ge 1000 && $round -gt 0 ]] || measure_networks "$way" "$size"
            done
        done
    done
}
