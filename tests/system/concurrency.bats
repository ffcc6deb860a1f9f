# Many admins at once: verbs that write take their turns, and the host is consistent after the last of them.
# WPNS_VERBS says how many run at once.
# bats file_tags=only:bookworm
load helpers

verbs=${WPNS_VERBS:-20}

setup_file() {
    reset_machine
    add_site site-n
}

# Starts all verbs at once; the status and the words of each are in /run/verbs: mix COUNT
mix() {
    on_stdin bash -s "$1" <<'END'
rm -rf /run/verbs && mkdir /run/verbs
for ((i = 0; i < $1; i++)); do
    site=site-c$((i % 3))
    case $((i % 7)) in
    0 | 3) verb=(wpns add "$site" --title "Title of $site") ;;
    1) verb=(wpns remove "$site" --purge --yes) ;;
    2) verb=(wpns sync) ;;
    4) verb=(wpns plan) ;;
    5) verb=(wpns status --json) ;;
    6) verb=(wpns remove "$site" --yes) ;;
    esac
    {
        "${verb[@]}" >"/run/verbs/$i.out" 2>&1
        echo "$? ${verb[*]}" >"/run/verbs/$i.status"
    } &
done
wait
END
}

@test "verbs at once end in a consistent host" {
    mix "$verbs"
    run -0 on sh -c 'cat /run/verbs/*.status | wc -l'
    [ "$output" -eq "$verbs" ]
    # A site that another one has just removed is a usage error; everything else went well.
    run -0 on sh -c 'grep -LE "^[02] " /run/verbs/*.status; grep -lE "^2 " /run/verbs/*.status | sed s/status/out/ | xargs -r grep -LE "there is no site"; true'
    [ -z "$output" ] || { on sh -c 'tail -n 3 /run/verbs/*.out' && echo "failed: $output" && return 1; }
    on wpns sync
    run -0 on wpns plan --exit-code
    local site
    assert_serves site-n
    for site in $(on sh -c 'cd /etc/wpns/sites.d && ls site-c* 2>/dev/null' | sed 's/\.toml$//'); do assert_serves "$site"; done
}

@test "verbs that read do not wait for one that writes" {
    on systemd-run --quiet --collect --unit=holder.service flock /run/lock/wpns.lock sleep 30
    sleep 0.5
    local begin=$SECONDS
    on wpns plan >/dev/null
    on wpns list >/dev/null
    on wpns status >/dev/null
    ((SECONDS - begin < 10))
    on systemctl stop holder.service
}
