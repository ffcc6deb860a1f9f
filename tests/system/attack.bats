# A site that tries everything, beside a site that has visitors. WPNS_ATTACK_SECONDS says for how long: some seconds in a
# run of all tests, ten minutes by hand. With WPNS_TABLES the figures go to that directory.
#
# Every vector of attack.php runs again and again in the sandbox of `wpns exec`, which has a shell and all programs of the
# host; visitors of the site make it burn, fill its memory, flood its log and take uploads, through the host's nginx. Where
# control groups do not control (containers), the vectors that only those limit are bounded: the machine is shared.
# bats file_tags=only:bookworm
load helpers

seconds=${WPNS_ATTACK_SECONDS:-20}

setup_file() {
    reset_machine
    add_site site-a site-b
    on sh -c "rm -rf /run/attack && mkdir /run/attack"
    on_stdin sh -c 'cat >/run/attack/load.php' <"$BATS_TEST_DIRNAME/load.php"
    on_stdin wpns exec site-a -- sh -c 'cat >wp-content/attack.php' <"$BATS_TEST_DIRNAME/attack.php"
    on_stdin wpns exec site-a -- sh -c 'cat >wp-content/web.php' <<'END'
<?php
ini_set('memory_limit', '-1');
set_time_limit(60);
for ($i = 0; $_GET['do'] === 'log' && $i < 20000; ++$i) error_log("flood $i " . str_repeat('x', 1800));
for ($a = []; $_GET['do'] === 'memory' && count($a) < 100;) $a[] = str_repeat('x', 1 << 20);
for ($end = time() + 5, $a = 'x'; $_GET['do'] === 'burn' && time() < $end;) $a = hash('sha512', $a);
echo 'done';
END
    on_stdin wpns exec site-b -- sh -c 'cat >wp-content/log.php' <<<'<?php error_log("neighbour " . $_GET["n"]); echo "logged";'
}

teardown_file() { on systemctl stop 'attack-*' || true; }

# True where the machine's control groups control memory and tasks.
controlled() { on grep -q memory /sys/fs/cgroup/cgroup.controllers; }

# Visits the neighbour's front page for some seconds and prints what load.php says: visit SECONDS
visit() { on php /run/attack/load.php http://127.0.0.1/ site-b.example "$1" 2; }

# Runs a command on the machine, again and again until the attack is over: again NAME CMD…
again() {
    local name=$1
    shift
    on systemd-run --quiet --collect --unit="attack-$name" --property="StandardOutput=append:/run/attack/$name.log" \
        --property=StandardError=null --property=RuntimeMaxSec="$((seconds + 20))" \
        sh -c 'end=$(($(date +%s) + $1)); shift; while [ "$(date +%s)" -lt "$end" ]; do "$@"; sleep 0.2; done' sh "$seconds" "$@"
}

# Starts a vector of attack.php: vector NAME [key=value…]
vector() { again "$1$RANDOM" wpns exec site-a -- php /srv/www/wp-content/attack.php "$1" "$seconds" "${@:2}"; }

# Starts all of it.
attack() {
    local forks=40 megabytes=80 files=3000 burners=1
    ! controlled || { forks=2000 megabytes=3000 files=500000 burners=3; }
    local pids
    pids=1,$(on systemctl show --value --property=MainPID wpns-{mysqld,php,web}@site-b.service nginx | grep . | paste -sd,)
    vector forks most=$forks
    vector memory most=$megabytes
    vector disk most=$megabytes
    vector inodes most=$files
    vector flood "at=10.10.1.6:80,10.10.1.6:3306,10.10.1.5:80,10.10.1.1:22,10.10.1.1:80,$machine_address:80,127.0.0.1:3306"
    vector scan "at=10.10.1.1,10.10.1.6,$machine_address"
    vector datagrams at="$public_address"
    vector mails at="$public_address"
    vector rights pids="$pids"
    local name
    for name in loris poke links sql; do vector $name; done
    for ((name = 0; name < burners; ++name)); do vector burn; done
    local host=(curl -s -o /dev/null --max-time 60 -H 'Host: site-a.example')
    for name in log memory burn; do again "web-$name" "${host[@]}" "http://127.0.0.1/wp-content/web.php?do=$name"; done
    again upload sh -c 'head -c 60000000 /dev/zero | "$@" -F file=@- http://127.0.0.1/' sh "${host[@]}"
}

# The most connections that the host has followed at a time, looked at each second.
watch_flows() { again flows sh -c 'cat /proc/sys/net/netfilter/nf_conntrack_count'; }

# What root's tool does meanwhile, with both sites.
use_the_tool() {
    on wpns status --json >/dev/null
    on wpns sync site-b
    on wpns backup site-b
    on wpns backup site-a || true # its owner may keep himself from being backed up
    on wpns sync || true
}

# One row of the table: row WORDS JSON
row() { jq -r --arg when "$1" '"| \($when) | \(.answers) | \(.failed | tojson) | \(.median) | \(.p99) | \(.longest) |"' <<<"$2"; }

@test "the neighbour answers every visitor while a site tries everything" {
    local before during flows sum
    on date +%s >"$BATS_FILE_TMPDIR/start"
    sum=$(on sh -c 'ls -lR --time-style=full-iso /etc /usr/bin /var/lib/wpns/core | grep -v wpns | sha256sum')
    visit 3 >/dev/null
    before=$(visit "$((seconds < 60 ? 5 : 60))")
    watch_flows
    attack
    visit "$seconds" >"$BATS_FILE_TMPDIR/during" &
    local visitor=$!
    use_the_tool
    wait "$visitor"
    during=$(cat "$BATS_FILE_TMPDIR/during")
    flows=$(on sh -c 'sort -n /run/attack/flows.log | tail -n 1')
    {
        echo '| | answers | others than 200 | median, ms | 99 of 100, ms | longest, ms |'
        echo '| --- | --- | --- | --- | --- | --- |'
        row before "$before"
        row "during, $seconds s" "$during"
        echo
        echo "Connections that the host followed at most: $flows."
    } | tee "$BATS_FILE_TMPDIR/table" | sed 's/^/# /' >&3
    [ "$(jq '.failed | length' <<<"$during")" = 0 ]
    # a small part of the table, also of its own address on the host, which counts for no limit
    ((flows * 10 < $(on cat /proc/sys/net/netfilter/nf_conntrack_max)))
    [ "$(on sh -c 'ls -lR --time-style=full-iso /etc /usr/bin /var/lib/wpns/core | grep -v wpns | sha256sum')" = "$sum" ]
}

@test "nothing of it got through a wall" {
    run on sh -c 'grep -h HOLE /run/attack/*.log | sort | uniq -c'
    [ -z "$output" ] || { echo "$output" && false; }
    on sh -c 'cat /run/attack/rights*.log | wc -c'
    on ip netns exec site-b ip -br link >/dev/null
}

@test "of a flood of lines the journal keeps some; the neighbour's line is there" {
    [ "$(page site-b '/wp-content/log.php?n=47')" = logged ]
    on journalctl --sync
    run -0 on journalctl -q -u 'wpns-web@site-b' --grep 'neighbour 47' --output=cat
    local lines
    lines=$(on journalctl -q --since "@$(cat "$BATS_FILE_TMPDIR/start")" -u 'wpns-web@site-a' --grep flood --output=cat | wc -l)
    echo "# lines of the flood: $lines" >&3
    echo "Lines of a flood of the log that the journal kept: $lines." >>"$BATS_FILE_TMPDIR/table"
    # a burst a minute, six times as much where the disk is large
    ((lines > 0 && lines < (seconds / 60 + 2) * 200 * 6))
}

@test "the attacked host is as it was, and the walls of the neighbour hold" {
    on systemctl stop 'attack-*' || true
    assert_serves site-b
    run -0 on wpns verify site-b
    [ "$(status_of site-b .state)" = active ]
    run -0 on wpns remove site-a --purge --yes
    run -0 on wpns plan --exit-code
    [ -z "${WPNS_TABLES-}" ] || cp "$BATS_FILE_TMPDIR/table" "$WPNS_TABLES/attack-$WPNS_RELEASE-${WPNS_TESTBED:-testbed}.md"
}
