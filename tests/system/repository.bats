# Backups in a restic repository: the same promises as for those in directories, whatever restic the release has.
load helpers

repository=/srv/restic
password=/etc/wpns/repository.password

setup_file() {
    reset_machine
    add_site site-a
    on sh -c "umask 077 && rm -rf $repository /root/restic && echo 'a long password' >$password"
    as_restic init
    printf '%s\n' '[backup]' "repository = \"$repository\"" 'keep = 1' | write_file /etc/wpns/wpns.toml
}

teardown_file() { on rm -rf "$repository" "$password" /etc/wpns/wpns.toml; }

# restic on the repository, by hand: as_restic ARG…
as_restic() { on restic --quiet --repo "$repository" --password-file "$password" --no-cache "$@"; }

# Says a word in a file and in the database of the site: say WORD; said prints both.
say() {
    inside site-a php -r 'require "/srv/www/wp-load.php"; update_option("state", $argv[1]);
        wp_mkdir_p("/srv/www/wp-content/uploads"); file_put_contents("/srv/www/wp-content/uploads/state", $argv[1]);' -- "$1"
}
said() {
    inside site-a php -r 'require "/srv/www/wp-load.php";
        echo file_get_contents("/srv/www/wp-content/uploads/state"), " ", get_option("state");'
}

# Nothing of a run is left beside the repository.
assert_settled() {
    run -0 on sh -c 'ls -A /var/lib/wpns/journal /var/lib/wpns/backups | grep site
        systemctl list-units --all --plain --no-legend "run-*" | grep -i restic; true'
    [ -z "$output" ] || { echo "left: $output" && return 1; }
}

# The ids of all snapshots with that tag: snapshots TAG
snapshots() { as_restic snapshots --json --tag "$1" | jq -r '.[].id'; }

@test "a site comes back from the repository, and one snapshot is one backup" {
    local id
    say backup
    id=$(on wpns backup --all --json | jq -r '.backups[0].path')
    [ "$(snapshots wpns-site=site-a)" = "${id#restic:}" ]
    [ "$(as_restic ls "${id#restic:}" | sort | paste -sd' ')" = '/database.sql /files.tar /manifest.toml /site.toml' ]
    say live
    run -0 on wpns restore site-a --yes
    [ "$(said)" = 'backup backup' ]
    assert_serves site-a
    assert_settled
    run -0 on wpns plan --exit-code
}

# bats test_tags=only:bookworm
@test "a flipped byte in the repository is found, and nothing is touched" {
    local pack before
    say live
    before=$(on stat -c %i /var/lib/wpns/sites/site-a)
    pack=$(on sh -c "ls -S $repository/data/*/* | head -n 1")
    on sh -c 'cp "$1" /root/good && printf x | dd of="$1" bs=1 seek=20000 conv=notrunc 2>/dev/null' sh "$pack"
    run -1 on wpns restore site-a --yes
    assert_output 'cannot be used: (files.tar|database.sql): '
    on sh -c 'cat /root/good >"$1"' sh "$pack"
    [ "$(on stat -c %i /var/lib/wpns/sites/site-a)" = "$before" ]
    [ "$(said)" = 'live live' ]
    assert_settled
}

# bats test_tags=only:trixie
@test "a backup keeps no other site waiting; killed while restic works it leaves nothing, and its lock is in nobody's way" {
    on_stdin bash -s <<'END'
wpns backup site-a >/dev/null 2>&1 &
pid=$!
until [ -e /var/lib/wpns/backups/.site-a.repository/manifest.toml ] && ls /srv/restic/locks/* >/dev/null 2>&1; do
    kill -0 $pid || exit 1
done
kill -STOP $pid
find /sys/fs/cgroup -path '*/wpns-_repository-site*/run-*' -name cgroup.procs -exec cat {} + | xargs -r kill -9
# While the repository is at work, others get their turn, but not on this site.
timeout 60 wpns archive purge site-b-20200101T000000Z --yes 2>/dev/null
[ $? = 2 ] || exit 1
timeout 3 wpns remove site-a --yes 2>/dev/null
[ $? = 124 ] || exit 1
kill -9 $pid
wpns sync
END
    assert_settled
    # Another lock is left by a program that has died long ago.
    run -0 on sh -c "ls $repository/locks"
    [ -n "$output" ]
}

@test "the newest of the schedule are kept, and what is not of this host" {
    local foreign
    foreign=$(as_restic backup --json --host other --tag wpns,wpns-host=0123,wpns-site=site-a,wpns-time=20200101T000000Z,wpns-scheduled \
        /etc/hostname | jq -r 'select(.message_type == "summary") | .snapshot_id')
    run -0 on wpns backup --all --json
    [ "$(snapshots wpns-scheduled | cut -c 1-8 | sort)" = "$(printf '%s\n' "${foreign:0:8}" \
        "$(jq -r '.backups[0].path | ltrimstr("restic:")[0:8]' <<<"$output")" | sort)" ]
    run -0 on wpns backup --prune
}

# bats test_tags=only:bookworm
@test "what a repository lacks is said before anything is done" {
    on chmod 640 "$password"
    run -1 on wpns backup site-a
    assert_output 'repository.password can be read by others than root'
    on sh -c "chmod 600 $password; mv /usr/bin/restic /usr/bin/restic.away"
    run -1 on wpns doctor
    on mv /usr/bin/restic.away /usr/bin/restic
    assert_output 'BAD +repository of backups .*/usr/bin/restic is not there'
    assert_output 'apt install restic'
    assert_settled
}
