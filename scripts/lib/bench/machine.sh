# shellcheck shell=bash
# What needs a booted machine: adding a site and many, waking one, requests, plans with nothing to do, memory. Sourced, never run.

# Runs a command on the machine.
on() { "$scripts_dir/testbed" exec --name "$machine" -- "$@" </dev/null; }

# A fresh machine with the recipes of tests/bench in it and with an image, which the first site makes. Options are those of
# `testbed up`.
fresh_machine() {
    "$scripts_dir/testbed" down --name "$machine"
    "$scripts_dir/testbed" up --name "$machine" --release "$release" --checkout "$checkout_dir" "$@"
    copy_recipes
    on sysctl --quiet net.ipv4.ip_forward=1
    on wpns add image >&2
}

copy_recipes() {
    tar -C "$checkout_dir/tests/bench/stack" -c . |
        "$scripts_dir/testbed" exec --name "$machine" -- sh -c 'mkdir -p /run/bench && tar -C /run/bench -x'
}

# A site to its first page in each way, in turn, each away before the next: bench_add ROUNDS
bench_add() {
    local round
    fresh_machine --with rivals
    on /run/bench/pod prepare
    for ((round = 1; round <= $1; round++)); do
        on /run/bench/wpns "site-$round"
        on wpns remove "site-$round" --purge --yes >/dev/null
        on /run/bench/by-hand add "hand$round" "$round"
        on /run/bench/by-hand remove "hand$round" "$round"
        on /run/bench/pod add "pod$round" "$round"
        on /run/bench/pod remove "pod$round" "$round"
    done
}

# Runs of `wpns VERB` that have nothing to do, as they come and with everything compared: measure_settled VERB SIZE
measure_settled() {
    # The program in single quotes is for the machine's shell.
    # shellcheck disable=SC2016
    on bash -euc '. /run/bench/lib.sh
        for round in 1 2 3 4 5; do
            for way in wpns no-cache; do
                [[ $way == wpns ]] && options=() || options=(--no-cache)
                begin=$EPOCHREALTIME
                [[ $(wpns "$1" "${options[@]}") == "nothing to do" ]]
                took "$1" "$way" "$2"
            done
        done' bash "$1" "$2"
}

# plan and sync with nothing to do beside more and more sites, which may be parked: bench_plan SIZE…
bench_plan() {
    local size n=1
    fresh_machine
    for size in "$@"; do
        for (( ; n < size; n++)); do
            on sh -c "printf 'domain = \"site-$n.example\"\n[idle]\nafter = \"15m\"\n' >/etc/wpns/sites.d/site-$n.toml"
        done
        on wpns sync >/dev/null
        sleep 3 # what is younger is not remembered
        on wpns plan >/dev/null
        measure_settled plan "$size"
        measure_settled sync "$size"
    done
}

# The planner without kernel and systemd: bench_plan_in_memory SIZE…
bench_plan_in_memory() {
    local size
    for size in "$@"; do in_build_root "$release" "$checkout_dir" "$build" /build/tests/bench_plan "$size"; done
}

# A site that has answered and then been left alone until its PHP workers have ended; and one of ten.
bench_memory() {
    local round site
    fresh_machine
    on /run/bench/wpns site-1 >/dev/null
    on /run/bench/by-hand add hand1 1 >/dev/null
    for round in 1 2 3; do
        for site in site-1 hand1; do on curl -sS -o /dev/null -H "Host: $site.example" http://127.0.0.1/; done
        sleep 25
        on /run/bench/memory wpns wpns-{mysqld,php,web}@site-1.service
        on /run/bench/memory by-hand by-hand-{mysqld,php,web}-hand1.service
    done
    on /run/bench/by-hand remove hand1 1 >/dev/null
    for site in site-{2..9}; do on wpns add "$site" >/dev/null; done
    for site in image site-{1..9}; do on curl -sS -o /dev/null -H "Host: $site.example" http://127.0.0.1/; done
    sleep 25
    for site in site-{1..9}; do on /run/bench/memory wpns-ten "wpns-"{mysqld,php,web}"@$site.service"; done
}

# The first answer of a site of which everything is stopped: bench_wake ROUNDS
bench_wake() {
    fresh_machine
    on wpns add site-1 >/dev/null
    on /run/bench/wake site-1 "$1"
}

# Pages of a site that is busy, beside the same WordPress in a web server and a PHP-FPM that all sites share, and in a pod
# behind the same web server; from the internet beside the machine, and in turn: bench_requests ROUNDS SECONDS
bench_requests() {
    local round
    ensure_packages wrk
    fresh_machine --with rivals
    on /run/bench/pod prepare
    on wpns add site-1 >/dev/null
    on /run/bench/by-hand add hand1 1 >/dev/null
    on /run/bench/by-hand share hand1 1
    on /run/bench/pod add pod1 1 >/dev/null
    for ((round = 0; round <= $1; round++)); do
        # The first round warms up.
        measure_requests front / "$2" "$round"
        measure_requests static /wp-includes/js/jquery/jquery.min.js "$2" "$round"
    done
}

# One page of each site with eight visitors who stay connected: measure_requests WORD PATH SECONDS ROUND
measure_requests() {
    local way site
    for way in wpns:site-1 shared:hand1 pod:pod1; do
        site=${way#*:}
        ip netns exec "$(machine_internet "$machine")" wrk --threads 2 --connections 8 --duration "$3" --latency \
            --header "Host: $site.example" "http://$machine_address$2" |
            awk -v word="$1" -v way="${way%:*}" -v round="$4" -f "$checkout_dir/tests/bench/wrk.awk"
    done
}

# What parked sites take of the machine's memory, kind by kind: bench_parked SITES
bench_parked() {
    local before after
    fresh_machine
    on /run/bench/parked add warm 5
    before=$(settled_state)
    on /run/bench/parked add site "$1"
    after=$(settled_state)
    paste -d ' ' <(echo "$before") <(echo "$after") |
        awk -v sites="$1" '{ printf "parked-%s,wpns,1,%.4f\n", $1, ($4 - $2) / sites }'
}

# Many parked sites: all of them by one sync, verbs with nothing to do, and a boot: bench_many SITES
bench_many() {
    fresh_machine
    on /run/bench/many files "$1"
    on /run/bench/many up "$1"
    sleep 3 # what is younger is not remembered
    on wpns plan >/dev/null
    measure_settled plan "$1"
    measure_settled sync "$1"
    "$scripts_dir/testbed" reboot --name "$machine" >&2
    copy_recipes
    on /run/bench/many boot "$1"
}

# The state of the machine's memory without what the kernel only keeps for speed. That belongs to all machines.
settled_state() {
    sleep 5
    sync
    echo 3 >/proc/sys/vm/drop_caches
    sleep 2
    on /run/bench/parked state
}
