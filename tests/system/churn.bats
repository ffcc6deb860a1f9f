# A random life: sites come, change, are saved, go and are damaged by others; half of the runs are killed somewhere, and
# at times the machine loses its power. After each step the next sync heals, nothing is left to do, every site shows
# its own words, and what was removed is in the archive.
#
# WPNS_VERBS steps on at most WPNS_SITES sites, WPNS_CUTS power cuts within WPNS_CUT_WITHIN seconds; WPNS_SEED repeats a
# life. WPNS_TABLE names a file that
# gets a line for each test: what, verb, runs, killed, converged, lost.
# bats file_tags=only:trixie
load helpers

verbs=${WPNS_VERBS:-6}
sites=${WPNS_SITES:-3}
cuts=${WPNS_CUTS:-1}
within=${WPNS_CUT_WITHIN:-4}

setup_file() {
    reset_machine
    export WPNS_SEED=${WPNS_SEED:-$RANDOM}
    echo "# WPNS_SEED=$WPNS_SEED" >&3
}

setup() {
    RANDOM=$WPNS_SEED
    declare -gA word=() marked=()
    killed=0 number=0
}

# A random number from 0 to below LIMIT: below LIMIT
below() { echo $((RANDOM % $1)); }

# The words of the arguments in one, at random: any WORD…
any() { echo "${@:1+$(below $#):1}"; }

# Runs wpns on the machine, in half of the cases only for a random time: it is killed then.
wpns_maybe_killed() {
    local patience=()
    if (($(below 2))); then
        patience=(timeout --signal=KILL "$(below 3).$(printf %03d "$(below 1000)")")
    fi
    run on "${patience[@]}" wpns "$@"
    ((status != 137)) || killed=$((killed + 1))
    [[ $status -eq 0 || $status -eq 137 ]] || { echo "wpns $*: status $status: $output" && return 1; }
}

# Puts a file of the owner's into a site that has none: its word. The database has it as the title.
# (One that appears while a site is added by a killed run gets it here, after the sync.) It is on the disk then: what an
# owner's program leaves in the page cache is lost in a power cut on any host.
mark() {
    inside "$1" sh -c 'cd /srv/www/wp-content && mkdir -p uploads && echo "$1" >uploads/word.txt && sync uploads/word.txt uploads .' \
        sh "${word[$1]}"
}

verb_add() { wpns_maybe_killed add "$1" --title "${word[$1]}"; }
verb_remove() { wpns_maybe_killed remove "$1" --yes; }
verb_backup() { wpns_maybe_killed backup "$1"; }
verb_restore() {
    on wpns backup "$1" || return 1
    wpns_maybe_killed restore "$1" --yes
}
verb_sync() {
    write_file "/etc/wpns/sites.d/$1.toml" <<END_OF_FILE
domain = "$1.example"
title = "${word[$1]}"
[php]
memory_limit = "$((64 + $(below 64)))M"
END_OF_FILE
    wpns_maybe_killed sync
}
# What other tools and people do to a host.
verb_damage() {
    case $(below 6) in
    0) on nft flush ruleset ;;
    1) on ip link delete "veth0-$1" ;;
    2) on rm "/etc/systemd/system/wpns-php@$1.service" ;;
    3) on systemctl kill --signal=KILL "wpns-mysqld@$1.service" ;;
    4) on rm -r "/etc/wpns/rendered/$1" ;;
    5) on rm /etc/nginx/conf.d/wpns.conf ;;
    esac
    wpns_maybe_killed sync
}

# The names that have a file, and those that have none.
there() { on sh -c 'cd /etc/wpns/sites.d && ls' | sed 's/\.toml$//'; }
gone() { comm -23 <(seq --format 'site-c%g' "$sites" | sort) <(there | sort); }

# Takes a verb and a site at random, and tells it to the log. A new site gets a new word.
choose() {
    local names
    verb=$(any add add remove backup restore sync sync damage damage)
    mapfile -t names < <(if [[ $verb == add ]]; then gone; else there; fi)
    if ((${#names[@]} == 0)); then
        if [[ $verb == add ]]; then verb=sync; else verb=add; fi
        mapfile -t names < <(if [[ $verb == add ]]; then gone; else there; fi)
    fi
    name=$(any "${names[@]}")
    [[ $verb != add ]] || word[$name]=word$((number += 1))
    echo "$verb $name (${word[$name]}); $killed killed before"
}

# The invariants.
assert_well() {
    local name
    run on wpns sync --yes
    [ "$status" -eq 0 ] || { echo "sync: $output" && return 1; }
    run on wpns plan --exit-code
    [ "$status" -eq 0 ] || { echo "plan: $output" && return 1; }
    for name in $(there); do assert_kept "$name" || return 1; done
    for name in $(gone); do assert_archived "$name" || return 1; done
}

# A site shows its words, from its database and from its files.
assert_kept() {
    local try title text
    for try in {1..30}; do
        title=$(page "$1" || true)
        text=$(page "$1" /wp-content/uploads/word.txt || true)
        [[ $text == word* ]] || mark_new "$1"
        [[ $title != *"${word[$1]}"* || $text != "${word[$1]}" ]] || return 0
        sleep 0.2
    done
    echo "$1 has lost '${word[$1]}' after try $try: its file says '${text:0:200}', its page '${title:0:500}'"
    return 1
}

# Marks a site that has just been added, once.
mark_new() {
    [[ ${marked[$1]-} != "${word[$1]}" ]] || return 0
    mark "$1"
    marked[$1]=${word[$1]}
}

# The words of a site that went are in an archive, unless it was never complete.
assert_archived() {
    [[ -n ${marked[$1]-} ]] || return 0
    on grep -rqs --include=word.txt -x "${marked[$1]}" /var/lib/wpns/archive ||
        { echo "$1 went without an archive of '${marked[$1]}'" && return 1; }
}

@test "random verbs, half of them killed" {
    local step verb name
    for ((step = 1; step <= verbs; step++)); do
        choose
        { "verb_$verb" "$name" && assert_well; } || { echo "at step $step" && return 1; }
    done
    echo "# $verbs verbs, $killed killed" >&3
    echo "| churn | $verbs | $killed | $verbs | 0 |" >>"${WPNS_TABLE:-/dev/null}"
}

@test "power cuts at random times" {
    local cut verb name
    for name in $(there); do on wpns remove "$name" --purge --yes; done
    for ((cut = 1; cut <= cuts; cut++)); do
        choose
        cut_power_during "verb_$verb" "$name"
        assert_well || { echo "at cut $cut" && return 1; }
    done
    echo "| power cuts | $cuts | $cuts | $cuts | 0 |" >>"${WPNS_TABLE:-/dev/null}"
}

# Takes the power away while something runs. What wpns says is lost with it.
cut_power_during() {
    "$@" 3>&- &
    local pid=$!
    sleep "$(below "$within").$(printf %03d "$(below 1000)")"
    "$testbed" kill --name "$machine" </dev/null >/dev/null 2>&1
    wait "$pid" || true
}
