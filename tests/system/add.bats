# Two sites from nothing: what `wpns add` leaves on the host, and what a visitor sees.
load helpers

setup_file() {
    reset_machine
    on wpns add site-a --title 'Title of site-a' >"$BATS_FILE_TMPDIR/add.out"
    on wpns add site-b --title 'Title of site-b'
}

@test "add shows the administrator's password once and where the site is" {
    grep -qE 'password.*: [^ ]{12,}$' "$BATS_FILE_TMPDIR/add.out"
    grep -qF 'http://site-a.example/' "$BATS_FILE_TMPDIR/add.out"
}

@test "the password shown is the administrator's" {
    local password
    password=$(sed -nE 's/.*password.*: ([^ ]+)$/\1/p' "$BATS_FILE_TMPDIR/add.out")
    run -0 inside site-a php -r 'require "/srv/www/wp-load.php";
        $user = get_users(["role" => "administrator"])[0];
        echo wp_check_password($argv[1], $user->user_pass, $user->ID) ? "right" : "wrong";' "$password"
    [ "$output" = right ]
}

@test "a second add changes nothing and says so" {
    local before
    before=$(activations site-a)
    run -0 on wpns add site-a
    assert_output 'nothing to do'
    [ "$(activations site-a)" = "$before" ]
}

@test "plan finds nothing to do" {
    run -0 on wpns plan --exit-code
    run -0 on wpns plan --json
    [ "$(jq '.actions | length' <<<"$output")" = 0 ]
}

@test "each front page comes through the host's nginx" {
    assert_serves site-a
    assert_serves site-b
}

@test "pages below the front page answer: permalink, REST, login, a static file" {
    [ "$(code site-a /wp-json/)" = 200 ]
    [ "$(page site-a /wp-json/ | jq -r .name)" = 'Title of site-a' ]
    [ "$(code site-a /wp-login.php)" = 200 ]
    [ "$(code site-a /wp-includes/js/wp-embed.min.js)" = 200 ]
    local link
    link=$(page site-a '/wp-json/wp/v2/posts' | jq -r '.[0].link')
    [[ $link == http://site-a.example/2* ]]
    [ "$(code site-a "${link#http://site-a.example}")" = 200 ]
}

# Fails unless an unknown host name gets no answer (444, curl says 52) or a plain 404, after a moment at most.
assert_unknown() {
    local status text try
    for try in {1..20}; do
        status=0
        text=$(on curl -sS --max-time 5 -w 'code=%{http_code}' -H "Host: $1" http://127.0.0.1/ 2>&1) || status=$?
        [[ $status -ne 52 && $text != *code=404 ]] || return 0
        sleep 0.2
    done
    echo "$1 got, after $try tries: $text"
    return 1
}

@test "an unknown host name gets no site, whatever else the host's nginx serves" {
    local name
    for name in nobody.example 127.0.0.1 site-a.example.org; do
        run on curl -sS --max-time 5 -H "Host: $name" http://127.0.0.1/
        [[ $output != *wp-content* ]]
    done
}

@test "the database listens on 3306 in the namespace, and nowhere on the host" {
    run -0 in_netns site-a ss -Htlnp
    assert_output '10\.10\.1\.2:3306'
    assert_output '127\.0\.0\.1:3306'
    run -0 on ss -Htln
    [[ $output != *:3306* ]]
}

@test "the host reaches the database of each site" {
    run -0 on php -r '$c = stream_socket_client("tcp://10.10.1.2:3306", $n, $s, 5); echo bin2hex(fread($c, 5));'
    [ -n "$output" ]
    run -0 on php -r '$c = stream_socket_client("tcp://10.10.1.6:3306", $n, $s, 5); echo bin2hex(fread($c, 5));'
    [ -n "$output" ]
}

@test "status tells what was given to the site" {
    run -0 on wpns status site-a --json
    [ "$(jq -r '[.name, .domain, .url, .state, .subnet, .host_address, .address, .netns, .link] | join(" ")' <<<"$output")" = \
        "site-a site-a.example http://site-a.example/ active 10.10.1.0/30 10.10.1.1 10.10.1.2 site-a veth0-site-a" ]
    [ "$(jq -r .uid <<<"$output")" = "$(on id -u wp-site-a)" ]
    [ "$(jq -r .db_uid <<<"$output")" = "$(on id -u wp-site-a-db)" ]
    [ "$(jq -r '.units["wpns-php@site-a.socket"]' <<<"$output")" = active ]
}

@test "list has both sites" {
    run -0 on wpns list
    assert_output '^site-a +active '
    assert_output '^site-b +active '
}

@test "the links are what ip shows: addresses, default route, no IPv6" {
    run -0 on ip -br -4 address show dev veth0-site-a
    assert_output '10\.10\.1\.1/30'
    run -0 in_netns site-a ip -br address show dev veth1-site-a
    assert_output 'UP +10\.10\.1\.2/30 *$'
    run -0 in_netns site-a ip route
    assert_output '^default via 10\.10\.1\.1 dev veth1-site-a'
    run -0 in_netns site-a cat /proc/sys/net/ipv6/conf/all/disable_ipv6
    [ "$output" = 1 ]
}

@test "the accounts are locked and have no shell" {
    local account
    for account in wp-site-a wp-site-a-db; do
        run -0 on getent passwd "$account"
        assert_output ':/nonexistent:/usr/sbin/nologin$'
        run -0 on getent shadow "$account"
        assert_output "^$account:[!*]"
    done
}

@test "every process of a site runs as one of its accounts, none as root" {
    page site-a >/dev/null
    run -0 on sh -c 'for unit in php web mysqld; do
        for pid in $(cat "/sys/fs/cgroup$(systemctl show --value -p ControlGroup wpns-$unit@site-a.service)/cgroup.procs"); do
            stat -c "$1 %U" "/proc/$pid"; done; done' sh process
    assert_output '^process wp-site-a$'
    assert_output '^process wp-site-a-db$'
    [[ $output != *root* ]]
}

@test "the host's web server cannot read a site's files" {
    run -0 on test -f /var/lib/wpns/sites/site-a/www/wp-content/index.php
    run ! on setpriv --reuid=www-data --regid=www-data --clear-groups ls /var/lib/wpns/sites/site-a/www
    run ! on setpriv --reuid=www-data --regid=www-data --clear-groups cat /etc/wpns/rendered/site-a/wp-config.php
    run ! on setpriv --reuid=wp-site-b --regid=wp-site-b --clear-groups ls /var/lib/wpns/sites/site-a/www
}

@test "an unknown host name gets no answer where the host has no default site of its own" {
    on rm /etc/nginx/sites-enabled/default
    on wpns sync
    local name
    for name in nobody.example 127.0.0.1 site-a.example.org; do assert_unknown "$name"; done
    assert_serves site-a
    run -0 on wpns plan --exit-code
}

@test "whoever comes right after an add gets the site" {
    local try
    for try in 1 2 3; do
        on wpns add "site-k$try" --title Word >/dev/null
        run -0 on sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do curl -sS -o /dev/null -w "%{http_code}\n" -H "Host: $1.example" http://127.0.0.1/ & done
            wait' sh "site-k$try"
        [ "$(sort <<<"$output" | uniq -c | xargs)" = '10 200' ] || { echo "$output" && return 1; }
    done
    for try in 1 2 3; do on wpns remove "site-k$try" --purge --yes; done
}
