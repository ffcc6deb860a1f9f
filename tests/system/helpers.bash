# What the system tests share. They drive the installed program on a booted machine by its command line only.
# WPNS_MACHINE names the machine of scripts/testbed; scripts/system-test sets it. scripts/vm-test sets WPNS_TESTBED too:
# its machines are those of scripts/vm.
bats_require_minimum_version 1.5.0

testbed=$BATS_TEST_DIRNAME/../../scripts/${WPNS_TESTBED:-testbed}
machine=${WPNS_MACHINE:?is not set: run scripts/system-test RELEASE NUMBER FILE}
internet=wpns-inet-$machine

# Addresses of the machine and of the internet beside it, as scripts/lib/machine.sh makes them.
machine_address=203.0.113.2
public_address=198.51.100.10
private_address=10.99.0.1
metadata_address=169.254.169.254

# Runs a command on the machine.
on() { "$testbed" exec --name "$machine" -- "$@" </dev/null; }

# Runs a command on the machine with this test's standard input.
on_stdin() { "$testbed" exec --name "$machine" -- "$@"; }

# Runs a command as a site, in its sandbox: inside SITE CMD…
inside() {
    local site=$1
    shift
    on wpns exec "$site" -- "$@"
}

# Succeeds when a program in a site's sandbox gets a connection within a second: connects SITE ADDRESS PORT
# (The sandbox has no timers, so that timeout(1) does not work there.)
connects() { inside "$1" php -r 'exit(@fsockopen($argv[1], (int) $argv[2], $code, $text, 1) ? 0 : 1);' "$2" "$3"; }

# Runs a command as root in the namespace of a site, without its sandbox: in_netns SITE CMD…
in_netns() {
    local site=$1
    shift
    on ip netns exec "$site" "$@"
}

# Writes standard input to a file of the machine.
write_file() { on_stdin sh -c 'mkdir -p "$(dirname "$1")" && cat >"$1"' sh "$1"; }

# A page of a site through the host's nginx: page SITE [PATH]
page() { on curl -sS --max-time 20 -H "Host: $1.example" "http://127.0.0.1${2-/}"; }

# The status code of the same.
code() { on curl -sS --max-time 20 -o /dev/null -w '%{http_code}' -H "Host: $1.example" "http://127.0.0.1${2-/}"; }

# Fails unless a site's front page is a page of WordPress with the site's own title. It may take a moment: nginx
# returns from its reload before its new workers take over.
assert_serves() {
    local text try
    for try in {1..20}; do
        text=$(page "$1" || true)
        ! grep -qF wp-content <<<"$text" || ! grep -qiE "<title>[^<]*$1" <<<"$text" || return 0
        sleep 0.2
    done
    echo "$1 does not serve its front page after $try tries, but: ${text:0:2000}"
    return 1
}

# Fails unless the last `run` printed text that matches the extended regular expression.
assert_output() {
    grep -qE -- "$1" <<<"$output" && return
    echo "expected: $1"
    echo "output: $output"
    return 1
}

# A key of `wpns status SITE --json`: status_of SITE .key
status_of() { on wpns status "$1" --json | jq -r "$2"; }

# Gives site-a the lines of [network] on standard input, and syncs.
policy() {
    { echo 'domain = "site-a.example"'; echo 'title = "Title of site-a"'; echo '[network]'; cat; } |
        write_file /etc/wpns/sites.d/site-a.toml
    on wpns sync
    run -0 on wpns plan --exit-code
}

# Runs every command that `wpns doctor` shows.
run_fixes() {
    local fixes
    fixes=$(on wpns doctor --json | jq -r '.findings[].fix[]')
    [ -n "$fixes" ]
    on_stdin sh -e <<<"$fixes"
}

# When each unit of a site last became active, one line a unit: activations SITE
activations() {
    on systemctl show --property=Id,ActiveState,ActiveEnterTimestampMonotonic \
        "wpns-netns@$1.service" "wpns-mysqld@$1.socket" "wpns-mysqld-tcp@$1.socket" "wpns-mysqld@$1.service" "wpns-php@$1.socket" \
        "wpns-php@$1.service" "wpns-web@$1.socket" "wpns-web@$1.service" "wpns-cron@$1.timer" |
        awk -v RS= '{ $1 = $1; print }' | sort
}

# Everything that could be left of a site, by name or by address, one line each. Archives and the program's own
# memory (registry, journal) are no leftovers, and what its timers start now and then is of no site: traces
traces() {
    on_stdin bash -s <<'END'
find /etc /run /var/lib/wpns /var/log /srv /home -xdev \
    \( -path '/run/systemd/*' -o -path '/run/log*' -o -path '/var/lib/wpns/archive*' -o -path /var/lib/wpns/core \
    -o -path '/var/log/journal*' -o -path '/var/lib/wpns/journal*' -o -path '/var/lib/wpns/backups*' \) -prune -o -print |
    grep -vE '^/etc/(passwd|group|shadow|gshadow|subuid|subgid)-$|\.lock$|^/var/lib/wpns/registry'
find /run/netns -mindepth 1 -maxdepth 1 2>/dev/null
awk '$2 ~ /wpns|netns/ { print "mount", $2 }' /proc/mounts
getent passwd | cut -d: -f1,3
getent group | cut -d: -f1,3
ip -o link | sed -E 's/^[0-9]+: ([^@:]*).*/link \1/'
ip -o -4 address | awk '{ print "address", $4 }'
ip route
nft list ruleset | sed -E 's/ # handle.*//; s/(packets|bytes) [0-9]+//g'
systemctl list-units --all --plain --no-legend 'wpns*' | awk '{ print "unit", $1, $3 }' |
    grep -vE '^unit wpns-(resolve|verify|idle|backup|prove)\.service '
systemctl list-unit-files --no-legend 'wpns*' | awk '{ print "unit file", $1, $2 }'
END
}

# Puts the machine back: no site, no settings, nothing of an earlier file's tests.
reset_machine() {
    on_stdin bash -s <<'END'
set -e
# What takes a first site some seconds is kept: it is found again by what it was made from. Not what a file with several
# WordPress cores has made.
kept=()
[ "$(ls /var/lib/wpns/core 2>/dev/null | wc -l)" -ne 1 ] || kept=(core images opcodes)
for made in "${kept[@]}"; do
    rm -rf "/var/lib/$made.kept"
    cp -a "/var/lib/wpns/$made" "/var/lib/$made.kept" || rm -rf "/var/lib/$made.kept"
done
rm -rf /etc/wpns/templates /etc/wpns/wpns.toml
names=$({ wpns list --json | grep -o '"name": "[^"]*"' | cut -d'"' -f4; ls /etc/wpns/sites.d | sed 's/\.toml$//'; } 2>/dev/null | sort -u)
for name in $names; do wpns remove "$name" --purge --yes; done
names=$(wpns archive list --json | grep -o '"name": "[^"]*"' | cut -d'"' -f4)
for name in $names; do wpns archive purge "$name" --yes; done
mkdir -p /etc/wpns/sites.d
rm -rf /etc/wpns/sites.d/* /var/lib/wpns/archive /var/lib/wpns/backups
ln -sf /etc/nginx/sites-available/default /etc/nginx/sites-enabled/default
for made in "${kept[@]}"; do
    [ ! -d "/var/lib/$made.kept" ] || mv -T "/var/lib/$made.kept" "/var/lib/wpns/$made"
done
systemctl reset-failed
systemctl reload nginx
END
}

# Sets up a site with a title of its own: add_site NAME…
add_site() {
    local site
    for site; do
        on wpns add "$site" --title "Title of $site"
    done
}

# Starts a web server on every address of the internet. stop_internet ends it.
start_internet() {
    ip netns exec "$internet" python3 -m http.server 80 --directory "$BATS_FILE_TMPDIR" \
        </dev/null >"$BATS_FILE_TMPDIR/internet.log" 2>&1 3>&- &
    echo $! >"$BATS_FILE_TMPDIR/internet.pid"
    local try
    for try in {1..50}; do
        ! on curl -s --max-time 1 -o /dev/null "http://$public_address/" || return 0
        sleep 0.1
    done
    echo "the internet did not come up after try $try"
    return 1
}

stop_internet() { kill "$(cat "$BATS_FILE_TMPDIR/internet.pid")"; }
