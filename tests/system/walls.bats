# The walls between a site and everything else. Each negative has a positive beside it, so that a broken probe fails.
load helpers

setup_file() {
    reset_machine
    add_site site-a site-b
    echo 'hello from outside' >"$BATS_FILE_TMPDIR/index.html"
    start_internet
    on systemd-run --quiet --collect --unit=neighbour php -S 0.0.0.0:8081 -t /usr/share/nginx/html
    on sh -c 'until curl -so /dev/null http://127.0.0.1:8081/; do sleep 0.1; done'
}

teardown_file() {
    stop_internet
    on systemctl stop neighbour
}

# What a test took away comes back.
teardown() { on systemctl start wpns-firewall-watch.service; }

# Fetches from a site's sandbox, quickly: fetch SITE URL
fetch() { inside "$1" curl -sS --connect-timeout 2 --max-time 5 "$2"; }

# Fetches as root in a site's namespace, so that only the firewall stands between: fetch_as_root SITE URL
fetch_as_root() { in_netns "$1" curl -sS --connect-timeout 2 --max-time 5 "$2"; }

# Fails unless neither the sandbox nor root in the namespace of site-a can connect to URL.
assert_walled() {
    run ! fetch site-a "$1"
    run ! fetch_as_root site-a "$1"
}

@test "a site reaches the internet, from its sandbox too" {
    run -0 fetch_as_root site-a "http://$public_address/index.html"
    [ "$output" = 'hello from outside' ]
    run -0 fetch site-a "http://$public_address/index.html"
    [ "$output" = 'hello from outside' ]
}

@test "what leaves the host has the host's address" {
    fetch site-a "http://$public_address/index.html"
    run -0 tail -n 1 "$BATS_FILE_TMPDIR/internet.log"
    assert_output "^${machine_address//./\\.} "
}

@test "a site reaches neither another site nor another site's gateway" {
    run -0 on ping -c1 -W2 10.10.1.6
    run ! in_netns site-a ping -c1 -W1 10.10.1.6
    run ! in_netns site-a ping -c1 -W1 10.10.1.5
    run -0 on bash -c 'exec 3<>/dev/tcp/10.10.1.6/3306'
    run ! in_netns site-a timeout 2 bash -c 'exec 3<>/dev/tcp/10.10.1.6/3306'
    run -1 connects site-a 10.10.1.6 3306
    run ! in_netns site-a timeout 2 bash -c 'exec 3<>/dev/tcp/10.10.1.5/80'
}

@test "a site does not reach the host's services, on any address of the host" {
    run -0 on curl -sS --max-time 5 -o /dev/null http://10.10.1.1:8081/
    assert_walled http://10.10.1.1:8081/
    run -0 on curl -sS --max-time 5 -o /dev/null "http://$machine_address:8081/"
    assert_walled "http://$machine_address:8081/"
}

@test "a site does not reach private ranges or the metadata address" {
    run -0 on curl -sS --max-time 5 -o /dev/null "http://$private_address/"
    assert_walled "http://$private_address/"
    run -0 on curl -sS --max-time 5 -o /dev/null "http://$metadata_address/"
    assert_walled "http://$metadata_address/"
}

@test "a site cannot speak with another's address" {
    on ip -n site-a address add 10.10.1.6/32 dev veth1-site-a
    run ! in_netns site-a curl -sS --max-time 2 --interface 10.10.1.6 "http://$public_address/"
    on ip -n site-a address del 10.10.1.6/32 dev veth1-site-a
    run -0 fetch_as_root site-a "http://$public_address/index.html"
}

@test "nothing comes in from the internet" {
    run -0 on curl -sS --max-time 5 -o /dev/null -H 'Host: site-a.example' "http://$machine_address/"
    ip -n "$internet" route replace 10.10.0.0/16 via "$machine_address"
    run ! ip netns exec "$internet" timeout 2 bash -c 'exec 3<>/dev/tcp/10.10.1.2/3306'
    ip -n "$internet" route del 10.10.0.0/16
}

@test "a site reaches its own public address, and only itself there" {
    run -0 fetch site-a http://site-a.example/
    [[ $output == *wp-content* ]]
    run ! inside site-a curl -sS --max-time 2 http://site-b.example/
}

@test "while there are no rules at all, the programs of a site still do not reach another one" {
    on systemctl stop wpns-firewall-watch.service
    on_stdin sh -c 'cat >/var/lib/wpns/sites/site-a/www/wp-content/probe.php' <<'END'
<?php
foreach (['10.10.1.2:3306', '10.10.1.6:3306', '10.10.1.5:80'] as $target) {
    echo @stream_socket_client("tcp://$target", $code, $text, 1) ? "$target open\n" : "$target $code\n";
}
echo @fwrite(stream_socket_client('udp://10.10.1.6:5000'), 'x') ? "sent\n" : "not sent\n";
END
    page site-a >/dev/null
    on nft flush ruleset
    # where nothing but the rules stands between, there is a way now
    run -0 in_netns site-a php /var/lib/wpns/sites/site-a/www/wp-content/probe.php
    [ "$output" = $'10.10.1.2:3306 open\n10.10.1.6:3306 open\n10.10.1.5:80 open\nsent' ]
    # 110: no answer in time
    local walled=$'10.10.1.2:3306 open\n10.10.1.6:3306 110\n10.10.1.5:80 110\nnot sent'
    run -0 page site-a /wp-content/probe.php
    [ "$output" = "$walled" ]
    run -0 inside site-a php wp-content/probe.php
    [ "$output" = "$walled" ]
    on rm /var/lib/wpns/sites/site-a/www/wp-content/probe.php
}

@test "the walls stand again after the host's own rules were reloaded" {
    on nft flush ruleset
    on systemctl restart nftables.service
    run ! in_netns site-a ping -c1 -W1 10.10.1.6
    run -0 fetch_as_root site-a "http://$public_address/index.html"
    on systemctl stop nftables.service
    run ! in_netns site-a ping -c1 -W1 10.10.1.6
    run -0 on wpns plan --exit-code
}

@test "rules of others are left alone" {
    on nft add table inet others
    on nft add chain inet others mine
    on sh -c 'echo "[php]\nmax_children = 7" >>/etc/wpns/sites.d/site-b.toml'
    on wpns sync
    run -0 on nft list table inet others
    assert_output 'chain mine'
    on nft delete table inet others
}

@test "other sites, the host's settings and homes do not exist in a sandbox" {
    run -0 inside site-a ls /srv/www/wp-content
    run ! inside site-a ls /var/lib/wpns
    run ! inside site-a ls /etc/wpns/sites.d
    run ! inside site-a ls /run/systemd/system
    run ! inside site-a ls /run/netns
    run -0 inside site-a sh -c 'cat /etc/passwd'
    [[ $output != *site-b* ]]
    run -0 inside site-a sh -c 'ls /proc | grep -c "^[0-9]"'
    [ "$output" -lt 10 ]
}

@test "a site's account has no way to more rights" {
    run -0 inside site-a sh -c 'grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status | tr -s "\t" " "'
    assert_output '^CapEff: 0+$'
    assert_output '^CapBnd: 0+$'
    assert_output '^NoNewPrivs: 1$'
    assert_output '^Seccomp: 2$'
    run ! inside site-a unshare --user true
    run ! inside site-a sh -c 'echo x >/srv/www/index.php'
    run -0 inside site-a sh -c 'echo x >/srv/www/wp-content/uploads/probe && rm /srv/www/wp-content/uploads/probe'
}

@test "exec passes arguments, standard input and the exit status" {
    run -7 inside site-a sh -c 'exit 7'
    run -0 inside site-a printf '<%s>' 'two words' '$HOME' '' '[x,y]' -v --
    [ "$output" = '<two words><$HOME><><[x,y]><-v><-->' ]
    run -0 on_stdin wpns exec site-a -- cat <<<'through'
    [ "$output" = through ]
    run -0 inside site-a pwd
    [ "$output" = /srv/www ]
    run -0 inside site-a id -un
    [ "$output" = wp-site-a ]
}
