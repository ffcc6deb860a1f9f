# How exposed the services are by systemd's own measure: those of Debian's packages, and those of a site. With WPNS_TABLES
# the table goes to that directory; it needs a mirror then, for the unit of a package that wpns does not install.
load helpers

setup_file() {
    reset_machine
    add_site site-a
    # never started: their properties are those of a transient unit
    local unit
    for unit in exec dbinit; do
        on sh -c '{ cat "$1"; echo ExecStart=/bin/true; } >"/run/wpns-$2@site-a.service"' sh \
            "/etc/wpns/rendered/site-a/$unit.service" "$unit"
    done
}

teardown_file() { on sh -c 'rm -f /run/wpns-*@site-a.service /run/mariadb.service'; }

# What systemd says of a unit file: analysis FILE
analysis() { on systemd-analyze security --offline=true --json=short "$1" | jq -c '[.[] | select(.set == false)]'; }

# The score of a unit file: score FILE
score() { on systemd-analyze security --offline=true --no-pager "$1" | sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p'; }

unit_file() {
    case $1 in
    exec | dbinit) echo "/run/wpns-$1@site-a.service" ;;
    *) echo "/etc/systemd/system/wpns-$1@site-a.service" ;;
    esac
}

# Fails unless the score of a service of the site is at most that: assert_score SERVICE SCORE
assert_score() {
    local got
    got=$(score "$(unit_file "$1")")
    echo "# $1: $got" >&3
    awk -v got="$got" -v most="$2" 'BEGIN { exit !(got != "" && got <= most) }'
}

@test "PHP, cron and exec are at most 0.6, MariaDB and web 0.1" {
    assert_score php 0.6
    assert_score cron 0.6
    assert_score exec 0.6
    assert_score mysqld 0.1
    assert_score web 0.1
    assert_score dbinit 0.1
}

# A line of the table: line SERVICE DEBIANS-UNIT-FILE
line() {
    local before=- left
    [[ -z $2 ]] || before=$(score "$2")
    left=$(analysis "$(unit_file "$1")" | jq -r '[.[] | "`" + (.json_field // .name) + "` " + (.exposure // "")] | join(", ")')
    echo "| $1 | $before | $(score "$(unit_file "$1")") | $left |"
}

@test "the table of scores" {
    [ -n "${WPNS_TABLES-}" ] || skip 'WPNS_TABLES is not set'
    local php
    php=$(on sh -c 'ls /usr/lib/systemd/system/php*-fpm.service')
    "$BATS_TEST_DIRNAME/../../scripts/package-file" "$WPNS_RELEASE" mariadb-server \
        "$([ "$WPNS_RELEASE" = bookworm ] && echo lib || echo usr/lib)/systemd/system/mariadb.service" |
        on_stdin sh -c 'cat >/run/mariadb.service'
    {
        echo "| service | Debian's unit | of a site | what is left, and its points |"
        echo '| --- | --- | --- | --- |'
        line php "$php"
        line mysqld /run/mariadb.service
        line web /usr/lib/systemd/system/nginx.service
        line cron ''
        line exec ''
        line dbinit ''
    } | tee "$WPNS_TABLES/scores-$WPNS_RELEASE.md"
}
