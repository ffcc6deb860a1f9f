# A run that dies or fails at any of its steps: the next sync heals, the one after it has nothing to do, the
# neighbour serves all the time, and no data is lost.
#
# Every WPNS_EVERY-th step of a verb from WPNS_FIRST on is hit, each in a run of its own. WPNS_EVERY=1 WPNS_FIRST=1 hits
# all; WPNS_TABLE names a file that gets a line for each test: verb, action, injections, converged, lost.
load helpers

every=${WPNS_EVERY:-101}
first=${WPNS_FIRST:-3}
many=${WPNS_SITES:-3}

setup_file() {
    reset_machine
    add_site site-n
    assert_serves site-n
    on_stdin sh -c 'cat >/run/wpns-faulty && chmod 755 /run/wpns-faulty' <"${WPNS_FAULTY:?is not set: the program with failpoints}"
    watch_neighbour
}

teardown_file() {
    on systemctl stop neighbour.service
    on rm -f /run/wpns-faulty
}

# Asks site-n all the time, mostly for a file and now and then for a page; every answer is a line of /run/neighbour.
watch_neighbour() {
    on rm -f /run/neighbour
    on systemd-run --quiet --collect --unit=neighbour.service /bin/sh -c 'ask() {
            curl -s --max-time 10 -o /dev/null -w "%{http_code}\n" -H "Host: site-n.example" "http://127.0.0.1$1"; }
        while :; do
            ask /
            for i in 1 2 3 4 5; do ask /wp-includes/images/blank.gif; sleep 0.15; done
        done >>/run/neighbour'
}

# Fails when the neighbour was not asked, or gave another answer than its page, since the last call.
assert_neighbour_served() {
    local answers
    answers=$(on sh -c 'sort /run/neighbour | uniq -c; : >/run/neighbour')
    [[ $answers =~ ^\ *[0-9]+\ 200$ ]] || { echo "the neighbour answered: $answers" && return 1; }
}

# Runs the program until it dies, fails or passes at a step; sets hit to the step, empty where it passed untouched.
# faulty STEP ACTION ARG…
faulty() {
    local out
    out=$(on env WPNS_FAILPOINT="any@$1:$2" /run/wpns-faulty "${@:3}" 2>&1) || true
    hit=$(grep -o '^failpoint: .*' <<<"$out" || true)
    [[ -n $hit ]] || last_output=$out
}

# Fails unless sync heals, and the sync after it finds nothing to do.
assert_heals() {
    run on wpns sync --yes
    [ "$status" -eq 0 ] || { echo "sync after [$hit]: $output" && return 1; }
    run on wpns plan --exit-code
    [ "$status" -eq 0 ] || { echo "plan after sync after [$hit]: $output" && return 1; }
}

# Hits a verb at one step after the other: torture VERB ACTION; before_VERB, try_VERB STEP ACTION and after_VERB say how.
torture() {
    local step hits=0
    for ((step = first; ; step += every)); do
        "before_$1" "$step"
        "try_$1" "$step" "$2"
        "after_$1" || { echo "at step $step: [$hit]" && return 1; }
        assert_neighbour_served || { echo "at step $step: [$hit]" && return 1; }
        [[ -n $hit ]] || break
        hits=$((hits + 1))
    done
    ((hits > 0)) || { echo "no step was hit: $last_output" && return 1; }
    echo "| $1 | $2 | $hits | $hits | 0 |" >>"${WPNS_TABLE:-/dev/null}"
    echo "# $1, $2: $hits of $((step - 1)) steps" >&3
}

before_add() { on rm -f /etc/wpns/sites.d/site-k.toml; }
try_add() { faulty "$1" "$2" add site-k --title 'Title of site-k'; }
after_add() {
    assert_heals || return 1
    if on test -e /etc/wpns/sites.d/site-k.toml; then
        assert_serves site-k || return 1
        on wpns remove site-k --purge --yes
    fi
    assert_no_trace
}

# The neighbour lives on: its cron starts and ends, its uploads get a directory for the month.
traces_of_others() { traces | grep -v site-n; }

assert_no_trace() {
    traces_of_others >"$BATS_TEST_TMPDIR/after"
    diff "$BATS_FILE_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

names() { seq --format 'site-m%g' "$many"; }
before_sync() {
    local name
    for name in $(names); do
        write_file "/etc/wpns/sites.d/$name.toml" <<<"domain = '$name.example'
title = 'Title of $name'"
    done
}
try_sync() { faulty "$1" "$2" sync; }
after_sync() {
    local name
    assert_heals || return 1
    for name in $(names); do assert_serves "$name" || return 1; done
    for name in $(names); do on wpns remove "$name" --purge --yes; done
}

# A file of the owner's and a row of the database, that must be alive or in the archive.
before_remove() {
    clear_archives
    add_site site-k
    inside site-k sh -c 'echo precious >/srv/www/wp-content/uploads/precious' ||
        inside site-k sh -c 'mkdir -p /srv/www/wp-content/uploads && echo precious >/srv/www/wp-content/uploads/precious'
}
try_remove() { faulty "$1" "$2" remove site-k --yes; }
after_remove() {
    assert_heals || return 1
    # Where it had begun, sync has finished it; else the site is as it was.
    ! on test -e /etc/wpns/sites.d/site-k.toml || on wpns remove site-k --yes
    on grep -rqs precious /var/lib/wpns/archive --include=precious || { echo "the data of site-k is gone" && return 1; }
    on find /var/lib/wpns/archive -name ibdata1 | grep -q . || { echo "the database of site-k is gone" && return 1; }
    assert_no_trace
}

setup() { traces_of_others >"$BATS_FILE_TMPDIR/before"; }

# bats test_tags=only:bookworm
@test "add that is killed" { torture add crash; }

# bats test_tags=only:trixie
@test "add that fails" { torture add error; }

# bats test_tags=only:trixie
@test "add on a full disk" { torture add enospc; }

# bats test_tags=only:bookworm
@test "sync of several sites that is killed" { torture sync crash; }

# bats test_tags=only:trixie
@test "sync of several sites that fails" { torture sync eio; }

@test "add that a signal stops ends its step, says so, and goes on with sync" {
    on_stdin bash -s <<'END'
wpns add site-k --title 'Title of site-k' >/run/add.out 2>&1 &
until [ -e /etc/systemd/system/wpns-php@site-k.service ]; do sleep 0.02; done
kill $!
wait $!
echo "status $?" >>/run/add.out
END
    run -0 on cat /run/add.out
    assert_output 'status 1'
    assert_output 'stopped by a signal'
    assert_output 'more steps were not tried; wpns sync goes on from here'
    on rm /run/add.out
    hit=SIGTERM
    after_add
}

# bats test_tags=only:bookworm
@test "remove that is killed" { torture remove crash; }

# bats test_tags=only:trixie
@test "remove that fails" { torture remove error; }

# A site whose file and whose row of the database say "live", after a backup in which both say "backup".
prepare_site_k() {
    on wpns status site-k >/dev/null 2>&1 || add_site site-k
    clear_archives
    say_state backup
    on wpns backup site-k
    say_state live
}

# Writes a word into a file and into the database: say_state WORD
say_state() {
    inside site-k php -r 'require "/srv/www/wp-load.php"; wp_mkdir_p("/srv/www/wp-content/uploads");
        update_option("state", $argv[1]); file_put_contents("/srv/www/wp-content/uploads/state", $argv[1]);' -- "$1"
}

# "WORD WORD": what file and database of a site say: state_of SITE
state_of() {
    inside "$1" php -r 'require "/srv/www/wp-load.php";
        echo file_get_contents("/srv/www/wp-content/uploads/state"), " ", get_option("state");'
}
state_of_k() { state_of site-k; }

clear_archives() {
    local name
    for name in $(on wpns archive list --json | jq -r '.archives[] | select(.site == "site-k") | .name'); do
        on wpns archive purge "$name" --yes
    done
}

# Nothing of an unfinished run is left.
assert_nothing_unfinished() {
    run -0 on sh -c 'exec 2>/dev/null; ls -A /var/lib/wpns/journal; ls -A /var/lib/wpns/archive/*/unfinished /var/lib/wpns/sites/*/unfinished
        ls -dA /run/wpns/*.restore /var/lib/wpns/archive/.*.proof; ls -A /var/lib/wpns/backups | grep "^\."
        systemctl list-units --all --plain --no-legend "wpns-*restore*" "wpns-_proof-*" "wpns-_repository-*"; true'
    [[ -z $output ]] || { echo "left: $output" && return 1; }
}

before_backup() { [[ $1 != "$first" ]] || prepare_site_k; }
try_backup() { faulty "$1" "$2" backup site-k; }
after_backup() {
    local path
    assert_heals && assert_nothing_unfinished && assert_serves site-k || return 1
    for path in $(on wpns archive list --json | jq -r '.archives[] | select(.kind == "backup") | .path'); do
        on wpns backup --check "$path" >/dev/null || return 1
    done
}

before_restore() { prepare_site_k; }
try_restore() { faulty "$1" "$2" restore site-k --yes; }
after_restore() {
    local state
    assert_heals && assert_nothing_unfinished && assert_serves site-k || return 1
    state=$(state_of_k)
    case $state in
    'live live') [[ -n $hit ]] || { echo "nothing was restored: $last_output" && return 1; } ;;
    'backup backup') on grep -rqsx live /var/lib/wpns/archive --include=state || { echo "what was replaced is gone" && return 1; } ;;
    *) echo "between: $state" && return 1 ;;
    esac
}

# A restore that fails leaves the site as it was, without any help.
try_failing_restore() { try_restore "$@"; }
before_failing_restore() { before_restore; }
after_failing_restore() {
    [[ -z $hit ]] || assert_serves site-k || return 1
    after_restore
}

before_archive_restore() {
    prepare_site_k
    on wpns remove site-k --yes
    archive=$(on wpns archive list --json | jq -r '.archives[] | select(.kind == "removed") | .name')
}
try_archive_restore() { faulty "$1" "$2" archive restore "$archive"; }
after_archive_restore() {
    assert_heals && assert_nothing_unfinished || return 1
    ! on test -d "/var/lib/wpns/archive/$archive" || on wpns archive restore "$archive" || return 1
    assert_serves site-k || return 1
    [[ $(state_of_k) == 'live live' ]] || { echo "state: $(state_of_k)" && return 1; }
}

# Backups go to a repository from here on, until the test is over.
use_repository() {
    on_stdin bash -s <<'END'
rm -rf /srv/restic
(umask 077 && echo 'a long password' >/etc/wpns/repository.password)
restic --quiet --repo /srv/restic --password-file /etc/wpns/repository.password --no-cache init
printf '[backup]\nrepository = "/srv/restic"\n' >/etc/wpns/wpns.toml
END
}
teardown() { on rm -rf /etc/wpns/wpns.toml /etc/wpns/repository.password /srv/restic; }

before_repository_backup() { [[ $1 != "$first" ]] || { use_repository && prepare_site_k; }; }
try_repository_backup() { faulty "$1" "$2" backup site-k; }
after_repository_backup() {
    assert_heals && assert_nothing_unfinished && assert_serves site-k || return 1
    # Those before it have been read when they were the newest.
    on wpns backup --check site-k >/dev/null
}

before_repository_restore() {
    [[ $1 != "$first" ]] || use_repository
    prepare_site_k
}
try_repository_restore() { try_restore "$@"; }
after_repository_restore() { after_restore; }

before_prove() { [[ $1 != "$first" ]] || { prepare_site_k && on wpns backup site-k; }; }
try_prove() { faulty "$1" "$2" backup --prove site-k; }
after_prove() {
    assert_heals && assert_nothing_unfinished && assert_serves site-k || return 1
    [[ -n $hit || $(status_of site-k .proof.ok) == true ]] || { echo "it was not proven: $last_output" && return 1; }
}

# bats test_tags=only:trixie
@test "proof of a backup that is killed" { torture prove crash; }

# bats test_tags=only:bookworm
@test "backup that is killed" { torture backup crash; }

# bats test_tags=only:trixie
@test "backup on a full disk" { torture backup enospc; }

# bats test_tags=only:trixie
@test "backup into a repository that is killed" { torture repository_backup crash; }

# bats test_tags=only:bookworm
@test "backup into a repository on a full disk" { torture repository_backup enospc; }

# bats test_tags=only:trixie
@test "restore from a repository that is killed" {
    [[ -n ${WPNS_EVERY-} ]] || skip 'half a minute, for what tests/app hits at every change: set WPNS_EVERY'
    torture repository_restore crash
}

# bats test_tags=only:bookworm
@test "restore that is killed" { torture restore crash; }

# bats test_tags=only:trixie
@test "restore that fails" { torture failing_restore error; }

# bats test_tags=only:bookworm
@test "archive restore that is killed" { torture archive_restore crash; }

# bats test_tags=only:trixie
@test "archive restore that fails" { torture archive_restore eio; }

# Takes the measure of what is there without the copy: of all but the sites that live on.
traces_without_copy() { traces | grep -v 'site-[nk]'; }

before_clone() {
    [[ $1 == "$first" ]] || return 0
    on wpns status site-k >/dev/null 2>&1 || add_site site-k
    clear_archives
    say_state live
    traces_without_copy >"$BATS_TEST_TMPDIR/before"
}
try_clone() { faulty "$1" "$2" clone site-k site-l; }
after_clone() {
    assert_heals && assert_nothing_unfinished && assert_serves site-k || return 1
    [[ $(state_of_k) == 'live live' ]] || { echo "the original: $(state_of_k)" && return 1; }
    if on test -e /etc/wpns/sites.d/site-l.toml; then
        [[ $(state_of site-l) == 'live live' ]] || { echo "the copy: $(state_of site-l)" && return 1; }
        page site-l | grep -q //site-l.example || { echo 'the copy does not serve' && return 1; }
        on wpns remove site-l --purge --yes
    else
        [[ -n $hit ]] || { echo "nothing was cloned: $last_output" && return 1; }
    fi
    traces_without_copy >"$BATS_TEST_TMPDIR/after"
    diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

# bats test_tags=only:bookworm
@test "clone that is killed" { torture clone crash; }

# bats test_tags=only:trixie
@test "clone that fails" { torture clone error; }

# bats test_tags=only:trixie
@test "clone on a full disk" { torture clone enospc; }
