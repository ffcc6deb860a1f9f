# shellcheck shell=bash
# What needs a booted machine: adding a site, plans with nothing to do, memory of an idle site. Sourced, never run.

# Runs a command on the machine.
on() { "$scripts_dir/testbed" exec --name "$machine" -- "$@" </dev/null; }

# A fresh machine with the recipes of tests/bench in it and with an image, which the first site makes.
fresh_machine() {
    "$scripts_dir/testbed" down --name "$machine"
    "$scripts_dir/testbed" up --name "$machine" --release "$release" --checkout "$checkout_dir"
    copy_recipes
    on sysctl --quiet net.ipv4.ip_forward=1
    on wpns add image >&2
}

copy_recipes() {
    tar -C "$checkout_dir/tests/bench/stack" -c . |
        "$scripts_dir/testbed" exec --name "$machine" -- sh -c 'mkdir -p /run/bench && tar -C /run/bench -x'
}

# A site to its first page in both ways, in turn, each away before the next: bench_add ROUNDS
bench_add() {
    local round
    fresh_machine
    for ((round = 1; round <= $1; round++)); do
        on /run/bench/wpns "site-$round"
        on wpns remove "site-$round" --purge --yes >/dev/null
        on /run/bench/by-hand add "hand$round" "$round"
        on /run/bench/by-hand remove "hand$round" "$round"
    done
}

# Runs of `wpns VERB` that have nothing to do: measure_settled VERB SIZE
measure_settled() {
    # The program in single quotes is for the machine's shell.
    # shellcheck disable=SC2016
    on bash -euc '. /run/bench/lib.sh
        for round in 1 2 3 4 5; do
            begin=$EPOCHREALTIME
            [[ $(wpns "$1") == "nothing to do" ]]
            took "$1" wpns "$2"
        done' bash "$1" "$2"
}

# plan and sync with nothing to do beside more and more running sites: bench_plan SIZE…
bench_plan() {
    local size n=1
    fresh_machine
    for size in "$@"; do
        for (( ; n < size; n++)); do on wpns add "site-$n" >/dev/null; done
        measure_settled plan "$size"
        measure_settled sync "$size"
    done
}

# The planner without kernel and systemd: bench_plan_in_memory SIZE…
bench_plan_in_memory() {
    local size
    for size in "$@"; do in_build_root "$release" "$checkout_dir" "$build" /build/tests/bench_plan "$size"; done
}

# A site that has answered and then been left alone until its PHP workers have ended.
bench_memory() {
    local round
    fresh_machine
    on /run/bench/wpns site-1 >/dev/null
    on /run/bench/by-hand add hand1 1 >/dev/null
    for round in 1 2 3; do
        for site in site-1 hand1; do on curl -sS -o /dev/null -H "Host: $site.example" http://127.0.0.1/; done
        sleep 25
        on /run/bench/memory wpns wpns-{mysqld,php,web}@site-1.service
        on /run/bench/memory by-hand by-hand-{mysqld,php,web}-hand1.service
    done
}
