# Parked sites: services that sleep until somebody comes, and nobody who notices but by the time it takes.
#
# WPNS_SITES sites get random traffic for WPNS_SECONDS while they are parked again and again.
load helpers

sites=${WPNS_SITES:-1}
seconds=${WPNS_SECONDS:-20}

# Writes the file of site-a with a time after which it is parked: idle_after TIME
idle_after() {
    write_file /etc/wpns/sites.d/site-a.toml <<END
domain = "site-a.example"
title = "Title of site-a"
[idle]
after = "$1"
END
}

setup_file() {
    reset_machine
    add_site site-a site-b
    idle_after 1h
    on wpns sync
}

teardown_file() { reset_machine; }

# The states of web server, PHP and database: services SITE
services() {
    on systemctl show --property=ActiveState --value "wpns-web@$1.service" "wpns-php@$1.service" \
        "wpns-mysqld@$1.service" | xargs
}

# Fails unless nothing of a site runs and all of its sockets listen.
assert_parked() {
    [[ $(services "$1") == 'inactive inactive inactive' ]]
    [[ $(on systemctl is-active "wpns-web@$1.socket" "wpns-php@$1.socket" "wpns-mysqld@$1.socket" | sort -u) == active ]]
    [[ $(status_of "$1" .state) == parked ]]
}

# Waits until a site is parked: wait_until_parked SITE SECONDS
wait_until_parked() {
    local try
    for ((try = 0; try < $2; try++)); do
        [[ $(status_of "$1" .state) != parked || $(services "$1") != 'inactive inactive inactive' ]] || return 0
        sleep 1
    done
    echo "$1 is not parked after $2 s: $(services "$1")"
    return 1
}

# Fails unless MariaDB's port listens in the namespace of a site; the timer may be about to see to it: assert_port_open SITE
assert_port_open() {
    local try
    for try in {1..50}; do
        run -0 in_netns "$1" ss -tlnH
        [[ $output != *10.10.*:3306* || $output != *127.0.0.1:3306* ]] || return 0
        sleep 0.2
    done
    echo "no port 3306 after $try looks: $output" && return 1
}

@test "a parked site listens, is no drift and not degraded, and its first visitor is served" {
    run -0 on wpns park site-a
    assert_output 'site-a: parked'
    assert_parked site-a
    run -0 on wpns plan --exit-code
    run -0 on wpns status --exit-code
    run -0 on wpns list
    assert_output 'site-a +parked'
    assert_serves site-a
    [[ $(status_of site-a .state) == active ]]
}

@test "the database of a parked site was shut down cleanly" {
    local since
    since=$(on date +%s)
    [[ $(code site-a) == 200 ]]
    on wpns park site-a
    [[ $(code site-a) == 200 ]]
    run -0 on journalctl -u wpns-mysqld@site-a.service --since "@$since" --no-pager -o cat
    assert_output 'Shutdown complete'
    assert_output 'ready for connections'
    [[ ${output,,} != *'crash recovery'* ]]
}

@test "the first answer of a parked site comes soon" {
    local times=() try
    for try in {1..7}; do
        on wpns park site-a >/dev/null
        times+=("$(on curl -sS --max-time 30 -o /dev/null -w '%{http_code} %{time_total}' -H 'Host: site-a.example' http://127.0.0.1/)")
        [[ ${times[-1]} == 200* ]] || echo "try $try: ${times[-1]}"
        [[ ${times[-1]} == 200* ]]
    done
    mapfile -t times < <(printf '%s\n' "${times[@]#* }" | sort -n)
    echo "# first answers of a parked site: ${times[*]}" >&3
    awk -v median="${times[3]}" 'BEGIN { exit !(median < 10) }'
}

@test "twenty first visitors at a time start everything once and are all served" {
    on wpns park site-a
    local since
    sleep 1  # what was started before is of another second
    since=$(on date +%s)
    run -0 on_stdin bash -s <<'END'
for i in {1..20}; do
    curl -sS --max-time 60 -o /dev/null -w '%{http_code}\n' -H 'Host: site-a.example' "http://127.0.0.1/?visitor=$i" &
done
wait
END
    [[ $(grep -c '^200$' <<<"$output") == 20 ]]
    local role
    on journalctl --sync
    for role in web php mysqld; do
        run -0 on journalctl -u "wpns-$role@site-a.service" --since "@$since" --no-pager -o cat
        [[ $(grep -c '^Started ' <<<"$output") == 1 ]]
    done
}

# site-a, and as many more as WPNS_SITES says, which one sync sets up.
crowd() {
    local n
    for ((n = 2; n <= sites; n++)); do
        printf 'domain = "site-p%d.example"\n[idle]\nafter = "1h"\n' "$n" | write_file "/etc/wpns/sites.d/site-p$n.toml"
    done
    ((sites == 1)) || on wpns sync >/dev/null
}

@test "no request fails while sites are parked again and again under traffic" {
    crowd
    run -0 on_stdin bash -s "$sites" "$seconds" <<'END'
sites=$1 end=$(($(date +%s) + $2))
site() { local n=$((RANDOM % sites + 1)); if ((n == 1)); then echo site-a; else echo "site-p$n"; fi; }
ask() { curl -sS --max-time 60 -o /dev/null -w '%{http_code}\n' -H "Host: $(site).example" "$@" 2>&1; }
visit() {
    while (($(date +%s) < end)); do
        case $((RANDOM % 3)) in
        0) ask -d 'log=nobody&pwd=wrong' http://127.0.0.1/wp-login.php ;;
        1) ask "http://127.0.0.1/?s=$RANDOM" ;;
        2) ask http://127.0.0.1/wp-includes/css/dist/block-library/style.min.css ;;
        esac
        sleep "0.$((RANDOM % 5))"
    done
}
for visitor in 1 2 3 4; do visit >"/tmp/visits.$visitor" & done
parks=0
while (($(date +%s) < end)); do
    wpns park "$(site)" >/dev/null 2>&1
    parks=$((parks + 1))
    sleep "0.$((RANDOM % 10))"
done
wait
sort /tmp/visits.* | uniq -c
echo "parks $parks"
rm -f /tmp/visits.*
END
    echo "# $sites sites, $seconds s: $(xargs <<<"$output")" >&3
    [[ $(grep -cvE '^ +[0-9]+ 200$|^parks ([5-9]|[1-9][0-9]+)$' <<<"$output") == 0 ]]
    run -0 on systemctl --failed --no-legend
    [[ -z $output ]]
}

@test "a task of a parked site wakes the database alone, which sleeps again" {
    # a time of its own for what is scheduled: WordPress takes an event out when it is due
    local schedule='require "/srv/www/wp-load.php"; wp_schedule_single_event(time() - 5, "wpns_test");'
    local look='require "/srv/www/wp-load.php"; echo wp_next_scheduled("wpns_test") ? "waits" : "ran";'
    inside site-a php -r "$schedule"
    [[ $(inside site-a php -r "$look") == waits ]]
    on wpns park site-a
    on systemctl start wpns-cron@site-a.service
    [[ $(services site-a) == 'inactive inactive active' ]]
    [[ $(status_of site-a .state) == parked ]]
    [[ $(inside site-a php -r "$look") == ran ]]
    # the last visit was long ago
    on touch -d '2 hours ago' /run/wpns/site-a/http.sock
    on wpns idle
    # the timer may have had its turn just then, before the file was touched; it comes back in 20 s
    wait_until_parked site-a 60
    assert_parked site-a
}

@test "a site that nobody visits is parked by itself, whoever comes keeps it awake" {
    idle_after 30s
    run -0 on wpns sync
    run -0 on systemctl is-active wpns-idle.timer
    [[ $(code site-a) == 200 ]]
    on sh -c 'for i in $(seq 8); do curl -s -o /dev/null -H "Host: site-a.example" http://127.0.0.1/; sleep 5; done'
    [[ $(services site-a) == 'active active active' ]]
    wait_until_parked site-a 120
    assert_parked site-a
    [[ $(services site-b) == 'active active active' ]]
    run -0 on journalctl -u wpns-idle.service --no-pager -o cat
    assert_output 'site-a: parked'
    assert_serves site-a
    idle_after 1h
    on wpns sync
}

@test "a changed setting wakes no parked site and is there when it wakes" {
    on wpns park site-a
    on_stdin tee -a /etc/wpns/sites.d/site-a.toml <<<$'[php]\nmemory_limit = "144M"' >/dev/null
    run -0 on wpns sync
    assert_parked site-a
    run -0 on wpns plan --exit-code
    assert_serves site-a
    run -0 inside site-a php -r 'echo ini_get("memory_limit");'
    assert_output '144M'
    idle_after 1h
    on wpns sync
}

@test "a site that always runs can be parked by hand until it is woken" {
    on wpns park site-b
    assert_parked site-b
    run -0 on wpns plan --exit-code
    run -0 on wpns sync
    assert_parked site-b
    assert_serves site-b
    on wpns park site-b
    on wpns wake site-b
    [[ $(services site-b) == 'active active active' ]]
    [[ $(status_of site-b .state) == active ]]
    run -0 on wpns plan --exit-code
}

@test "verify wakes a parked site, and its walls hold" {
    on wpns park site-a
    run on wpns verify site-a
    echo "$output"
    [[ $status == 0 ]]
    [[ $(services site-a) == 'active active active' ]]
}

@test "a backup of a parked site has its database" {
    on wpns park site-a
    run -0 on wpns backup site-a
    run -0 on wpns backup --check site-a
    assert_output 'whole'
}

@test "after a boot a site that may be parked is parked, the other one runs" {
    "$testbed" reboot --name "$machine"
    assert_serves site-b
    [[ $(status_of site-b .state) == active ]]
    assert_parked site-a
    run -0 on wpns plan --exit-code
    on wpns idle
    assert_port_open site-a
    assert_parked site-a
    assert_serves site-a
}

@test "a parked site is removed without a trace" {
    on wpns park site-a
    run -0 on wpns remove site-a --purge --yes
    run -0 traces
    [[ $output != *site-a* ]]
    on wpns park site-b
    run -0 on wpns remove site-b --purge --yes
    run -0 on systemctl list-units --all --plain --no-legend 'wpns-park@*'
    [[ -z $output ]]
}

@test "of many new sites four are started, and the others at their first visit" {
    local n name other password
    for ((n = 10; n < 27; n++)); do
        printf 'domain = "site-w%d.example"\n[idle]\nafter = "1h"\n' "$n" | write_file "/etc/wpns/sites.d/site-w$n.toml"
    done
    run -0 on wpns sync
    name=site-w26 other=site-w25
    password=$(sed -n "s/^$name: administrator's password (shown once): //p" <<<"$output")
    run -0 on sh -c 'ls /var/lib/wpns/owed | wc -l'
    [[ $output == 13 ]]
    run -0 on wpns plan --exit-code
    on wpns idle
    assert_port_open "$name"
    [[ $(services "$name") == 'inactive inactive inactive' ]]
    # No task wakes what is not there yet.
    run -0 on systemctl start "wpns-cron@$name.service"
    [[ $(services "$name") == 'inactive inactive inactive' ]]
    # Several first visitors at once.
    run -0 on sh -c 'for i in 1 2 3 4 5; do curl -sS --max-time 60 -H "Host: $1.example" http://127.0.0.1/ & done; wait' sh "$name"
    [[ $(grep -c "<title>Site-w26</title>" <<<"$output") == 5 ]]
    run ! on test -e "/var/lib/wpns/owed/$name"
    run -0 inside "$name" php -r "require '/srv/www/wp-load.php'; echo wp_authenticate('admin', '$password')->ID ?? 'nobody';"
    [[ $output == 1 ]]
    # A backup holds what the first visitor would see.
    run -0 on wpns backup "$other"
    run ! on test -e "/var/lib/wpns/owed/$other"
    run -0 on wpns plan --exit-code
    for ((n = 10; n < 27; n++)); do on wpns remove "site-w$n" --purge --yes; done
    run -0 on sh -c 'ls -A /var/lib/wpns/owed'
    [[ -z $output ]]
}
