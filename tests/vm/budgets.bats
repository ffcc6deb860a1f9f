# What a site may take: each limit is reached, ends inside the site, and the neighbour serves on. Here the kernel enforces
# all of them; tests/system has no quotas and no control of memory.
load ../system/helpers

setup_file() {
    reset_machine
    add_site site-a site-b
}

data=/var/lib/wpns/sites

# Sets one key in [limits] of a site's file, and applies it: limit SITE KEY VALUE
limit() {
    on sed -i '/^\[limits\]/,$d' "/etc/wpns/sites.d/$1.toml"
    printf '[limits]\n%s = %s\n' "$2" "$3" | on_stdin sh -c 'cat >>"$1"' sh "/etc/wpns/sites.d/$1.toml"
    on wpns sync "$1"
}

# The numbers by which a directory and all below it are counted, but for what is counted apart: projects DIR
projects() {
    on sh -c 'lsattr -pR "$1" 2>/dev/null; lsattr -pd "$1"' sh "$1" |
        awk 'NF == 3 && $3 !~ /tmp.(database|web)/ { print $1 }' | sort -u
}

# Used bytes of a site: used SITE
used() { status_of "$1" .disk.used; }

@test "disk: both sites are counted by numbers of their own, all that they hold included" {
    run projects "$data/site-a"
    [ "${#lines[@]}" -eq 1 ] && ((lines[0] >= 0x57500000))
    local first=$output
    run projects "$data/site-b"
    [ "${#lines[@]}" -eq 1 ] && [ "$output" != "$first" ] && ((output >= 0x57500000))
    [ "$(status_of site-a .disk.limit)" = $((10 << 30)) ]
    [ "$(used site-a)" -gt 10000000 ]
}

@test "disk: a limit is changed in place" {
    local before
    before=$(activations site-a)
    limit site-a disk '"128M"'
    [ "$(status_of site-a .disk.limit)" = $((128 << 20)) ]
    [ "$(activations site-a)" = "$before" ]
    run -0 on wpns plan --exit-code
}

@test "disk: a full site gets an error, also in /tmp; reading goes on; the neighbour writes" {
    run inside site-a sh -c 'head -c 300M /dev/zero >wp-content/fill'
    assert_output 'Disk quota exceeded'
    run inside site-a sh -c 'head -c 1M /dev/zero >/tmp/more'
    assert_output 'Disk quota exceeded'
    [ "$(used site-a)" -le $((128 << 20)) ]
    [ "$(code site-a)" = 200 ]
    run -0 inside site-b sh -c 'head -c 20M /dev/zero >wp-content/fill && rm wp-content/fill'
    assert_serves site-b
}

@test "disk: a full site starts again" {
    on systemctl restart wpns-mysqld@site-a.service wpns-php@site-a.service wpns-web@site-a.service
    [ "$(code site-a)" = 200 ]
}

@test "disk: a full database says so, and works again when there is room" {
    run inside site-a mariadb -e 'CREATE TABLE filler (t LONGTEXT); INSERT INTO filler VALUES (REPEAT("x", 8000000))'
    [ "$status" -ne 0 ]
    run -0 inside site-a rm wp-content/fill
    run -0 inside site-a mariadb -e 'DROP TABLE IF EXISTS filler; CREATE TABLE filler (t LONGTEXT);
        INSERT INTO filler VALUES (REPEAT("x", 8000000)); DROP TABLE filler'
    assert_serves site-a
}

@test "disk: what a full site holds is backed up and restored; the old state is counted apart" {
    run inside site-a sh -c 'head -c 300M /dev/zero >wp-content/fill'
    run -0 on wpns backup site-a
    run -0 on wpns restore site-a --yes
    run projects "$data/site-a"
    [ "${#lines[@]}" -eq 1 ]
    local first=$output archive
    archive=$(on sh -c 'ls -d /var/lib/wpns/archive/site-a-*')
    run projects "$archive"
    [ "${#lines[@]}" -eq 1 ] && [ "$output" != "$first" ]
    [ "$(status_of site-a .disk.limit)" = $((128 << 20)) ]
    run -0 on wpns plan --exit-code
    run -0 inside site-a rm wp-content/fill
    assert_serves site-a
}

@test "disk: the number of files ends as well" {
    run inside site-a php -r 'for ($i = 0; @touch("wp-content/uploads/f$i") || @touch("wp-content/f$i"); ++$i); echo $i;'
    ((output > 1000 && output < 8192))
    run -0 on df --output=ipcent /var/lib/wpns
    assert_serves site-b
    [ "$(code site-a)" = 200 ]
    on systemctl restart wpns-mysqld@site-a.service wpns-php@site-a.service wpns-web@site-a.service
    [ "$(code site-a)" = 200 ]
}

@test "disk: a full site is removed, comes back from its archive, and is purged" {
    run -0 on wpns remove site-a --yes
    assert_serves site-b
    run -0 on wpns archive list --json
    local name
    name=$(jq -r '[.archives[] | select(.kind == "removed")][0].name' <<<"$output")
    run -0 on wpns archive restore "$name"
    [ "$(status_of site-a .disk.limit)" = $((128 << 20)) ]
    [ "$(projects "$data/site-a" | wc -l)" -eq 1 ]
    run -0 on wpns remove site-a --purge --yes
    run -0 on wpns archive list --json
    for name in $(jq -r '.archives[].name' <<<"$output"); do on wpns archive purge "$name" --yes; done
    add_site site-a
    assert_serves site-a
}

@test "disk: a copy is counted by itself" {
    run -0 on wpns clone site-b site-c
    run projects "$data/site-c"
    [ "${#lines[@]}" -eq 1 ] && [ "$output" != "$(projects "$data/site-b")" ]
    run -0 on wpns remove site-c --purge --yes
}

@test "disk: a site from before the quotas is counted by the next sync, while it serves" {
    on chattr -R -f -p 0 "$data/site-b" || true
    on sh -c 'chattr -R -f -P "$1"; mkdir -p "$2"; echo secret >"$2/closed"; chown -R wp-site-b: "$2"
        chmod 000 "$2/closed" "$2"' sh "$data/site-b" "$data/site-b/www/wp-content/locked"
    [ "$(status_of site-b .disk.limit)" = null ]
    run -3 on wpns plan site-b --exit-code
    assert_output "set quota $data/site-b"
    local before
    before=$(activations site-b)
    run -0 on wpns sync site-b
    run projects "$data/site-b"
    [ "${#lines[@]}" -eq 1 ] && ((lines[0] >= 0x57500000))
    [ "$(activations site-b)" = "$before" ]
    [ "$(on stat -c %a "$data/site-b/www/wp-content/locked/closed")" = 0 ]
    assert_serves site-b
}

@test "disk: nobody of the site changes its number" {
    run inside site-a php -r 'echo is_dir("/usr/bin") ? "in" : "out";'
    run inside site-a chattr -p 0 wp-content
    [ "$status" -ne 0 ]
    run inside site-a sh -c 'chattr -p 0 /tmp 2>&1; chattr -P wp-content 2>&1; true'
    [ "$(projects "$data/site-a" | wc -l)" -eq 1 ]
}

@test "memory: a hog is killed inside the site; its database, its web server and the neighbour live" {
    limit site-a memory '"192M"'
    local before
    before=$(activations site-b)
    run inside site-a php -d memory_limit=-1 -r '$a = []; while (true) $a[] = str_repeat("x", 1 << 20);'
    [ "$status" -ne 0 ]
    run -0 on sh -c 'cat /sys/fs/cgroup/wpns.slice/wpns-site*a.slice/memory.events'
    assert_output '^oom_kill [1-9]'
    run -0 on sh -c 'cat /sys/fs/cgroup/wpns.slice/wpns-site*b.slice/memory.events'
    assert_output '^oom_kill 0'
    [ "$(activations site-b)" = "$before" ]
    assert_serves site-b
    assert_serves site-a
    echo "# memory.events and peak: $(on sh -c 'cd /sys/fs/cgroup/wpns.slice/wpns-site*a.slice; grep oom memory.events | tr "\n" " "; cat memory.max')" >&3
}

@test "tasks: a fork bomb ends at the limit of the site" {
    run inside site-a sh -c 'i=0; while [ $i -lt 400 ]; do i=$((i + 1)); sleep 60 & done; wait'
    assert_output 'Cannot fork'
    [ "$(on sh -c 'cat /sys/fs/cgroup/wpns.slice/wpns-site*a.slice/pids.peak')" = 200 ]
    assert_serves site-b
    assert_serves site-a
}

# Microseconds of processor time that a site has taken: processor_time SITE
processor_time() { on sh -c 'cat /sys/fs/cgroup/wpns.slice/wpns-site*'"${1#site-}"'.slice/cpu.stat' | awk '/^usage_usec/ { print $2 }'; }

@test "processor: a site takes what it may, and the neighbour answers" {
    limit site-a cpu '"50%"'
    on systemd-run --quiet --unit=burner wpns exec site-a -- php -r 'while (true);'
    sleep 2
    local from to
    from=$(processor_time site-a)
    sleep 10
    to=$(processor_time site-a)
    echo "# processor time of 10 s: $(((to - from) / 1000)) ms" >&3
    ((to - from < 7500000))
    assert_serves site-b
    on systemctl stop burner
}
