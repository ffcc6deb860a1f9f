# Changes of files: `wpns sync` does what they ask for and no more.
load helpers

setup_file() {
    reset_machine
    add_site site-a site-b
    # Every service runs, so that a restart would show.
    page site-a >/dev/null
    page site-b >/dev/null
}

setup() { on sh -c 'rm -rf /root/kept && cp -a /etc/wpns/sites.d /root/kept'; }

# Whatever a test has done to the files is taken back.
teardown() {
    on sh -c 'rm -rf /etc/wpns/templates /etc/wpns/sites.d && cp -a /root/kept /etc/wpns/sites.d && wpns sync --prune --yes'
}

# The units of a site that became active again between two listings: restarted BEFORE AFTER
restarted() { diff <(echo "$1") <(echo "$2") | sed -nE 's/^> .*Id=([^ ]+).*/\1/p'; }

@test "a second sync does nothing" {
    local before
    before=$(activations site-a)
    run -0 on wpns sync
    assert_output 'nothing to do'
    [ "$(activations site-a)" = "$before" ]
}

@test "a change of PHP's settings restarts PHP of that site only" {
    local before_a before_b
    before_a=$(activations site-a)
    before_b=$(activations site-b)
    on sh -c 'printf "[php]\nmax_children = 3\n[php.settings]\nmax_input_vars = 1500\n" >>/etc/wpns/sites.d/site-a.toml'
    run -3 on wpns plan --exit-code
    assert_output 'site-a'
    [[ $output != *site-b* ]]
    run -0 on wpns sync
    [ "$(restarted "$before_a" "$(activations site-a)")" = wpns-php@site-a.service ]
    [ "$(activations site-b)" = "$before_b" ]
    assert_serves site-a
    run -0 inside site-a php -r 'echo ini_get("max_input_vars");'
    [ "$output" = 1500 ]
    run -0 on wpns plan --exit-code
}

@test "a change of the database's memory restarts MariaDB of that site only" {
    local before
    before=$(activations site-a)
    on sh -c 'printf "[mysql]\nmemory = \"48M\"\n" >>/etc/wpns/sites.d/site-a.toml'
    run -0 on wpns sync
    [ "$(restarted "$before" "$(activations site-a)")" = wpns-mysqld@site-a.service ]
    assert_serves site-a
    run -0 inside site-a php -r 'require "/srv/www/wp-load.php"; echo $wpdb->get_var("SELECT @@innodb_buffer_pool_size");'
    [ "$output" = $((48 * 1024 * 1024)) ]
}

@test "an alias becomes a name of the vhost, and nothing is restarted" {
    local before
    before=$(activations site-a)
    on sed -i '1i aliases = ["www.site-a.example"]' /etc/wpns/sites.d/site-a.toml
    run -0 on wpns sync
    [ "$(code www.site-a /)" != 000 ]
    run -0 restarted "$before" "$(activations site-a)"
    [[ $output != *mysqld* ]]
    assert_serves site-a
}

@test "sync of one site leaves the others as they are" {
    on sh -c 'printf "[php]\nmax_children = 3\n" | tee -a /etc/wpns/sites.d/site-a.toml >>/etc/wpns/sites.d/site-b.toml'
    run -0 on wpns sync site-b
    run -3 on wpns plan --exit-code --json
    [ "$(jq -r '[.actions[].site] | unique | join(" ")' <<<"$output")" = site-a ]
}

@test "a new file becomes a site" {
    write_file /etc/wpns/sites.d/site-c.toml <<<'domain = "site-c.example"'
    run -0 on wpns sync
    assert_serves site-c
    run -0 on wpns plan --exit-code
}

@test "drift is found and repaired" {
    on ip link delete veth0-site-a
    on rm /etc/nginx/wpns.d/site-a.conf
    on systemctl stop wpns-php@site-a.socket wpns-php@site-a.service
    run -3 on wpns plan --exit-code
    assert_output 'drift'
    run -0 on wpns sync
    assert_serves site-a
    run -0 on ping -c1 -W2 10.10.1.2
    run -0 on wpns plan --exit-code
}

# Nobody reads these files while a site runs, so nothing is restarted.
@test "what earlier plans remember hides no change, and its loss costs time only" {
    local rendered=/etc/wpns/rendered/site-a netns=/etc/netns/site-a
    sleep 2.1 # what is younger is not remembered
    run -0 on wpns plan --exit-code
    run -0 on grep -c ^site- /var/cache/wpns/settled
    [ "$output" = 2 ]
    on sh -ec "cd $rendered
        cp -p given.toml /tmp/kept && sed 's/^[a-z]/#/' /tmp/kept >given.toml && touch -r /tmp/kept given.toml
        chmod 0600 exec.service
        chown www-data dbinit.service
        rm $netns/resolv.conf
        chmod 0700 $netns"
    run -3 on wpns plan --exit-code --json
    [ "$(jq -r '.actions[].resource' <<<"$output" | sort)" = "$(printf '%s\n' "$netns" "$netns/resolv.conf" \
        "$rendered"/{dbinit.service,exec.service,given.toml})" ]
    run -3 on wpns plan --no-cache --exit-code
    run -0 on wpns sync
    run -0 on wpns plan --exit-code
    on sh -c 'echo x >>/var/cache/wpns/settled'
    run -0 on wpns plan --exit-code
    on sh -c 'rm /var/cache/wpns/settled && mkdir /var/cache/wpns/settled'
    run -0 on wpns plan --exit-code
    on rm -r /var/cache/wpns
    run -0 on wpns plan --exit-code
}

@test "a file that is gone is reported, and acted on only with --prune" {
    write_file /etc/wpns/sites.d/site-c.toml <<<'domain = "site-c.example"'
    on wpns sync
    on rm /etc/wpns/sites.d/site-c.toml
    run -0 on wpns sync
    assert_output 'site-c'
    assert_serves site-c
    run -2 on wpns sync --prune
    assert_serves site-c
    run -0 on wpns sync --prune --yes
    run ! on wpns status site-c
    run -0 on wpns list
    [[ $output != *site-c* ]]
    assert_serves site-a
}

@test "no file at all while sites are recorded is an error, even with --prune" {
    on sh -c 'rm /etc/wpns/sites.d/*.toml'
    run -2 on wpns sync --prune --yes
    on rmdir /etc/wpns/sites.d
    run -2 on wpns sync --prune --yes
    assert_serves site-a
    assert_serves site-b
}

@test "bad settings: all problems together with their places, exit 2, nothing touched" {
    local before
    before=$(traces)
    on sh -c 'printf "[php]\nmax_childen = 3\n" >>/etc/wpns/sites.d/site-a.toml'
    write_file /etc/wpns/sites.d/site-c.toml <<'END'
domain = "site-b.example"
[limits]
memory = true
END
    local problems
    for verb in check 'sync' 'plan'; do
        run -2 on wpns "$verb"
        problems=$output
        assert_output 'site-a\.toml:[0-9]+:[0-9]+'
        assert_output 'max_childen'
        assert_output 'max_children'
        assert_output 'site-c\.toml:[0-9]+:[0-9]+'
        assert_output 'site-b\.example'
        assert_output '\^'
    done
    on rm /etc/wpns/sites.d/site-c.toml
    [ "$(traces)" = "$before" ] || { diff <(echo "$before") <(traces); echo "$problems"; return 1; }
    assert_serves site-a
}

@test "a value of a file can add no line to a rendered one" {
    write_file /etc/wpns/sites.d/site-c.toml <<'END'
domain = "site-c.example"
title = "A title\nwith two lines"
END
    run on wpns sync
    [ "$status" -eq 2 ] || [ "$(on sh -c 'grep -rlF "with two lines" /etc/systemd/system /etc/wpns/rendered /etc/nginx' || true)" = '' ]
    write_file /etc/wpns/sites.d/site-c.toml <<'END'
domain = "site-c.example; return 200"
END
    run -2 on wpns sync
    write_file /etc/wpns/sites.d/site-c.toml <<'END'
domain = "site-c.example"
[php]
memory_limit = "64M\nUser=root"
END
    run -2 on wpns sync
}

@test "a vhost that nginx refuses is taken back, and the other sites go on" {
    write_file /etc/wpns/sites.d/site-c.toml <<<'domain = "site-c.example"'
    on sh -c 'mkdir -p /etc/wpns/templates && { cat /usr/share/wpns/templates/nginx-vhost.conf; echo "no_such_directive on;"; } >/etc/wpns/templates/nginx-vhost.conf'
    run -1 on wpns sync
    assert_output 'no_such_directive|nginx'
    run -0 on nginx -t
    assert_serves site-a
    assert_serves site-b
    run -0 on systemctl reload nginx
    assert_serves site-a
    on rm -r /etc/wpns/templates
    run -0 on wpns sync
    assert_serves site-c
}

@test "an account of somebody else is refused, never taken over" {
    on useradd --system --shell /bin/bash --comment 'not yours' wp-site-c
    write_file /etc/wpns/sites.d/site-c.toml <<<'domain = "site-c.example"'
    on sh -c 'printf "[php]\nmax_children = 4\n" >>/etc/wpns/sites.d/site-b.toml'
    local account
    account=$(on getent passwd wp-site-c)
    run -1 on wpns sync
    assert_output 'wp-site-c'
    # the others were served all the same
    run -3 on wpns plan --exit-code site-c || [ "$status" -eq 1 ]
    run -0 on grep -r 'pm.max_children = 4' /etc/wpns/rendered/site-b
    on rm /etc/wpns/sites.d/site-c.toml
    run on wpns remove site-c --purge --yes
    [ "$(on getent passwd wp-site-c)" = "$account" ]
    on userdel wp-site-c
}

@test "a subnet that overlaps an address of the host is refused, with both sides named" {
    on ip address add 10.10.200.1/24 dev uplink0
    write_file /etc/wpns/sites.d/site-c.toml <<'END'
domain = "site-c.example"
[network]
subnet = "10.10.200.4/30"
END
    run on wpns sync
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ]
    assert_output '10\.10\.200\.4/30'
    assert_output '10\.10\.200\.[01](/24)?'
    on ip address del 10.10.200.1/24 dev uplink0
    assert_serves site-a
}
