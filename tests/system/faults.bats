# A host on which something is missing, stuck, read-only or dies: wpns says so before it touches anything, or the next
# run heals; sites that have nothing to do with it serve on.
# bats file_tags=only:trixie
load helpers

setup_file() {
    reset_machine
    add_site site-n
    on sh -c 'rm -rf /run/evil && mkdir /run/evil'
}

teardown() { on sh -c 'umount -q /etc /var/lib/wpns /usr/sbin/mariadbd /usr/sbin/nginx; true'; }

# The registry, the files of the host that wpns writes, accounts and rules.
state_of_host() {
    on sh -c 'cat /var/lib/wpns/registry.toml /etc/passwd
        find /etc/wpns /etc/systemd/system /etc/nginx/wpns.d -type f -printf "%p %u %m %s %T@\n" -o -printf "%p %y %u %m %l\n" | sort
        find /var/lib/wpns/sites -maxdepth 2 -printf "%p %u %m\n" | sort; ls /run/netns; ip -o link;
        nft list ruleset | sed -E "s/(packets|bytes|expires) [^ ]+//g"'
}

# Fails unless everything is as it was when the test wrote it down.
assert_untouched() { diff "$BATS_TEST_TMPDIR/before" <(state_of_host); }

# Fails unless an add of site-k is refused with status 1, nothing is touched but its file, and it heals once `repair`
# was run: assert_refused REPAIR… (the last `run` was the add)
assert_refused() {
    echo "$output"
    [ "$status" -eq 1 ]
    on rm -f /etc/wpns/sites.d/site-k.toml
    "$@"
    assert_untouched
    assert_serves site-n
}

@test "programs that are missing are named together, and nothing is touched" {
    state_of_host >"$BATS_TEST_TMPDIR/before"
    on sh -c 'for program in mariadbd nginx; do mount --bind /dev/null /usr/sbin/$program; done'
    run on wpns add site-k
    on umount /usr/sbin/mariadbd /usr/sbin/nginx
    assert_output /usr/sbin/mariadbd
    assert_output /usr/sbin/nginx
    assert_refused true
}

# Programs that an attacker has put first are not run, and what is in the environment is not believed.
@test "a hostile PATH and environment change nothing" {
    on sh -c 'for name in nginx mariadbd mariadb-install-db php useradd systemd-sysusers ip nft systemctl tar sh; do
        printf "#!/bin/sh\ntouch /run/evil/ran\n" >/run/evil/$name && chmod 755 /run/evil/$name; done'
    run -0 on env PATH=/run/evil LD_PRELOAD= HOME=/run/evil TMPDIR=/run/evil/none IFS=/ BASH_ENV=/run/evil/sh \
        PHPRC=/run/evil PHP_INI_SCAN_DIR=/run/evil MYSQL_HOME=/run/evil /usr/bin/wpns add site-k --title 'Title of site-k'
    run on test -e /run/evil/ran
    [ "$status" -ne 0 ]
    assert_serves site-k
    on wpns remove site-k --purge --yes
}

# Makes a directory read-only: read_only DIR; undone by umount.
read_only() { on sh -c 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"' sh "$1"; }

@test "read-only data: nothing is half made, and what reads still works" {
    state_of_host >"$BATS_TEST_TMPDIR/before"
    read_only /var/lib/wpns
    run on wpns add site-k
    on wpns status site-n
    on wpns plan
    on umount /var/lib/wpns
    assert_output 'Read-only file system'
    assert_refused true
}

@test "a read-only /etc: nothing is half made" {
    state_of_host >"$BATS_TEST_TMPDIR/before"
    read_only /etc
    run on wpns add site-k
    on umount /etc
    assert_output 'Read-only file system'
    assert_refused true
}

# Fails when the last `run` printed text that matches.
refute_output() { ! grep -qE -- "$1" <<<"$output" || { echo "unexpected: $1 in: $output" && return 1; }; }

@test "a holder of the lock that is stopped is named, readers do not wait, and its end frees the lock" {
    on_stdin bash -s <<'END'
wpns add site-k --title 'Title of site-k' >/dev/null 2>&1 &
pid=$!
until [ -e /etc/systemd/system/wpns-php@site-k.service ] || [ ! -e /proc/$pid ]; do sleep 0.02; done
kill -STOP $pid
timeout 5 wpns sync >/run/waiter 2>&1
echo "status $?" >>/run/waiter
echo "holder $pid" >>/run/waiter
timeout 5 wpns list >/dev/null || echo "list waited" >>/run/waiter
kill -KILL $pid
END
    run -0 on cat /run/waiter
    local holder
    holder=$(grep -oP '^holder \K.*' <<<"$output")
    assert_output "add site-k.*$holder|$holder.*add site-k"
    assert_output '^status 124$'
    refute_output 'list waited'
    run -0 on wpns sync
    assert_serves site-k
    on wpns remove site-k --purge --yes
}

@test "a stuck lock of the account database ends in an error that says so, and the next run heals" {
    [[ -n ${WPNS_SLOW-} ]] || skip "takes the minute that systemd-sysusers is waited for; WPNS_SLOW=1 runs it"
    on_stdin bash -s <<'END'
systemd-run --quiet --collect --unit=stuck.service perl -e 'use Fcntl; open(F, ">>", "/etc/.pwd.lock");
    $lock = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, $lock) or die $!; sleep 120'
sleep 0.5
END
    run on timeout 90 wpns add site-k --title 'Title of site-k'
    echo "$output"
    on systemctl stop stuck.service
    [ "$status" -eq 1 ]
    assert_output 'account'
    run -0 on wpns sync
    assert_serves site-k
    on wpns remove site-k --purge --yes
}

@test "a database that is killed while it writes recovers, and its backup is whole" {
    local try
    inside site-n mariadb -e 'CREATE TABLE IF NOT EXISTS kept (n INT PRIMARY KEY) ENGINE=InnoDB'
    for try in 1 2 3 4 5; do
        on_stdin bash -s "$try" <<'END' >/dev/null 2>&1
for ((i = $1 * 1000; ; i++)); do wpns exec site-n -- mariadb -e "INSERT INTO kept VALUES ($i)" || break; done &
sleep 1.5
systemctl kill --signal=KILL wpns-mysqld@site-n.service
kill $!
wait
END
        assert_serves site-n
    done
    run -0 inside site-n mariadb --batch --skip-column-names -e 'SELECT COUNT(*) >= 5 FROM kept; CHECK TABLE kept'
    assert_output '^1$'
    assert_output 'OK$'
    run -0 on wpns backup site-n
    run -0 on wpns backup --check "$(on wpns archive list --json | jq -r '[.archives[] | select(.kind == "backup")] | last | .path')"
    run -0 on wpns plan --exit-code
}

@test "PHP that is killed starts again with the next request" {
    on systemctl kill --signal=KILL wpns-php@site-n.service
    assert_serves site-n
}

@test "usage errors end with 2 and touch nothing" {
    state_of_host >"$BATS_TEST_TMPDIR/before"
    run -2 on wpns
    run -2 on wpns destroy
    run -2 on wpns add
    run -2 on wpns add site-k --no-such-option
    run -2 on wpns add site-k --title
    run -2 on wpns add ''
    run -2 on wpns add ../x
    run -2 on wpns add -- -rf
    run -2 on wpns add $'caf\xe9'
    run -2 on wpns add "$(printf 'a%.0s' {1..2000})"
    run -2 on wpns remove
    run -2 on wpns remove '*' --yes
    run -2 on wpns remove site-n
    run -2 on bash -c 'wpns status $(seq 10000)'
    run -2 on bash -c 'wpns add "$(head -c 120000 /dev/zero | tr "\0" a)"'
    run -2 on perl -e 'exec {"/usr/bin/wpns"} ("")'
    assert_untouched
}

@test "a reader that goes away is no error, and JSON is JSON for errors too" {
    run -0 on bash -c 'set -o pipefail; wpns status site-n --json | head -c 1'
    run --separate-stderr on wpns status site-x --json
    [ "$status" -eq 2 ]
    jq -e .error <<<"$output"
}
