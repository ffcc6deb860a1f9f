# A copy of a site is a site of its own: other accounts, secrets and address, the same content. The original never notices.
# bats file_tags=only:trixie
load helpers

setup_file() {
    reset_machine
    add_site site-a
    # The first tasks of a WordPress write settings of their own: not while the original is being watched.
    on systemctl start wpns-cron@site-a.service
}

# Runs PHP with WordPress loaded, as the site: wordpress SITE CODE
wordpress() { inside "$1" php -r "require '/srv/www/wp-load.php'; $2"; }

# The secrets of a site as one digest.
secrets() { on sh -c 'grep -E "_(KEY|SALT)" "/etc/wpns/rendered/$1/wp-config.php" | sort | sha256sum' sh "$1"; }

# What must not change of the original: its settings, its services, its content.
original() {
    on sh -c 'cat /etc/wpns/sites.d/site-a.toml; stat -c %i /var/lib/wpns/sites/site-a'
    activations site-a
    secrets site-a
    wordpress site-a 'global $wpdb; foreach (["options", "posts", "usermeta"] as $table) {
        echo $wpdb->get_var("SELECT SHA2(GROUP_CONCAT(" . ["options" => "option_name, option_value ORDER BY option_name",
            "posts" => "guid, post_content ORDER BY ID", "usermeta" => "meta_key, meta_value ORDER BY umeta_id"][$table] .
            " SEPARATOR 0x0a), 256) FROM {$wpdb->$table}" . ($table === "options" ? " WHERE option_name NOT LIKE \"%transient%\"
            AND option_name <> \"cron\"" : "")), "\n"; }'
}

# Nothing is left of a clone but the site.
assert_settled() {
    run -0 on sh -c 'ls -A /var/lib/wpns/journal; ls -A /var/lib/wpns/backups | grep "^\."; ls -d /run/wpns/*.restore 2>/dev/null
        ls -d /var/lib/wpns/sites/*/unfinished /var/lib/wpns/archive/* 2>/dev/null; true'
    [ -z "$output" ] || { echo "left: $output" && return 1; }
    run -0 on wpns plan --exit-code
}

# No trace of site-b: neither its own nor in what the program remembers.
assert_absent() {
    run -0 on sh -c 'ls /etc/wpns/sites.d/site-b.toml /var/lib/wpns/sites/site-b 2>/dev/null; getent passwd wp-site-b; grep site-b /var/lib/wpns/registry.toml; true'
    [ -z "$output" ] || { echo "left: $output" && return 1; }
    assert_settled
}

@test "a clone serves the content of the original under its own address, and the original notices nothing" {
    local before
    wordpress site-a 'wp_insert_post(["post_title" => "precious", "post_status" => "publish",
        "post_content" => "<a href=\"http://site-a.example/precious\">here</a>"]);
        $r = wp_upload_bits("precious.txt", null, "precious"); if ($r["error"]) { exit(1); }
        $user = get_user_by("login", "admin"); WP_Session_Tokens::get_instance($user->ID)->create(time() + 3600);'
    before=$(original)
    run -0 on wpns clone site-a site-b
    assert_output 'site-b: http://site-b.example/ is a copy of site-a'
    assert_settled
    [ "$(original)" = "$before" ]
    run -0 page site-b
    assert_output '//site-b\.example/'
    [[ $output != *//site-a.example* ]]
    run -0 wordpress site-b 'echo get_option("siteurl"), " ", get_option("home"), " ", get_page_by_path("precious", OBJECT, "post")->post_content, " ",
        file_get_contents(glob("/srv/www/wp-content/uploads/*/*/precious.txt")[0]), " ", count(get_user_meta(1, "session_tokens"));'
    [ "$output" = 'http://site-b.example http://site-b.example <a href="http://site-b.example/precious">here</a> precious 0' ]
    assert_serves site-a
}

@test "nothing but the content is the same" {
    [ "$(secrets site-a)" != "$(secrets site-b)" ]
    local key
    for key in .uid .db_uid .subnet .address .link .domain; do
        [ "$(status_of site-a $key)" != "$(status_of site-b $key)" ]
    done
    run -0 on sh -c 'stat -c %U /var/lib/wpns/sites/site-b/www/wp-content /var/lib/wpns/sites/site-b/mysql/ibdata1; find /var/lib/wpns/sites/site-b -user wp-site-a'
    [ "$output" = $'wp-site-b\nwp-site-b-db' ]
    # What one writes the other does not see.
    wordpress site-b 'update_option("whose", "copy");'
    run -0 wordpress site-a 'var_export(get_option("whose"));'
    [ "$output" = false ]
    run -0 on wpns verify site-b --json
    [ "$(jq -r '[.probes[] | select(.passed | not)] | length' <<<"$output")" -eq 0 ]
}

@test "where there is such a site, or no original, nothing is begun" {
    local before
    before=$(on sh -c 'ls /etc/wpns/sites.d /var/lib/wpns /var/lib/wpns/sites; sha256sum /var/lib/wpns/registry.toml')
    run -2 on wpns clone site-a site-b
    assert_output 'there is a site site-b already; nothing was changed'
    run -2 on wpns clone site-a site-a
    run -2 on wpns clone site-x site-y
    run -2 on wpns clone site-a ../y
    run -2 on wpns clone site-a
    run -2 on wpns clone site-a site-c --domain site-a.example
    assert_output 'site-a\.example'
    run -2 on wpns clone site-a site-c --domain 'x;y'
    [ "$(on sh -c 'ls /etc/wpns/sites.d /var/lib/wpns /var/lib/wpns/sites; sha256sum /var/lib/wpns/registry.toml')" = "$before" ]
    on wpns remove site-b --purge --yes
    assert_absent
}

@test "settings are those of the original, but for what names one site" {
    write_file /etc/wpns/sites.d/site-a.toml <<'END'
domain = "site-a.example"
aliases = ["www.site-a.example"]
title = "Title of site-a"
[php]
max_children = 3
[limits]
tasks = 150
[network]
egress = "none"
END
    run -0 on wpns sync
    run -0 on wpns clone site-a site-b --domain copy.example
    run -0 on cat /etc/wpns/sites.d/site-b.toml
    assert_output 'domain = "copy\.example"'
    assert_output 'max_children = 3'
    assert_output 'tasks = 150'
    assert_output 'egress = "none"'
    [[ $output != *aliases* ]]
    run -0 on wpns check /etc/wpns/sites.d/site-b.toml
    [ "$(on curl -sS -o /dev/null -w '%{http_code}' -H 'Host: copy.example' http://127.0.0.1/)" = 200 ]
    on wpns remove site-b --purge --yes
    assert_absent
}

# Writes options and tables whose texts hold the address in every form.
write_forms() {
    wordpress site-a '
        class Thing { public $url = "http://site-a.example/thing"; protected $own = "//site-a.example"; private $n = 1.5; }
        $url = "http://site-a.example/p\xc3\xa4th";
        $shared = new Thing;
        update_option("t_array", ["a" => $url, "n" => 7, "f" => 0.1, "no" => null, "yes" => true, $url => "key", "deep" => [[$url], "x" => "y"]]);
        update_option("t_object", [$shared, $shared, "last" => "https://www.site-a.example/"]);
        update_option("t_twice", serialize(serialize(["u" => $url])));
        update_option("t_json", json_encode(["u" => $url, "v" => [json_encode($url)]]));
        update_option("t_plain", "see http://site-a.example. Or HTTPS://SITE-A.EXAMPLE:8080/, mail admin@site-a.example, not http://site-a.example.org/ or http://my-site-a.example/ or http://site-a.example-two/; ?to=http%3A%2F%2Fsite-a.example%2F");
        update_option("t_broken", "a:1:{s:3:\"url\";s:99:\"http://site-a.example/\";}");
        global $wpdb;
        foreach (["no_key (v TEXT, n INT)", "bytes_key (id BINARY(4) PRIMARY KEY, v LONGTEXT) ENGINE=MyISAM",
            "two_keys (a INT, b VARCHAR(20), v VARCHAR(40), w TEXT AS (CONCAT(v, \"!\")) STORED, PRIMARY KEY (a, b)) CHARSET=latin1"] as $table) {
            if ($wpdb->query("CREATE TABLE $table") === false) { exit(1); } }
        foreach (["no_key VALUES (\"//site-a.example/1\", 1), (\"//site-a.example/1\", 2), (\"//site-a.example/1 \", 3), (NULL, 4)",
            "bytes_key VALUES (0x00FF0027, \"//site-a.example/2\")",
            "two_keys (a, b, v) VALUES (1, \"x\", \"//site-a.example/\xc3\xa4\"), (1, \"y\", \"//site-a.example/0123456789012345678901\")"] as $rows) {
            if ($wpdb->query("INSERT INTO $rows") === false) { echo $wpdb->last_error; exit(1); } }'
}

@test "serialised values stay readable, and only addresses change" {
    write_forms
    run -0 on wpns clone site-a site-b --domain a-much-longer-name.example
    run -0 wordpress site-b '
        class Thing { public $url; protected $own; private $n; function all() { return [$this->url, $this->own, $this->n]; } }
        $url = "http://a-much-longer-name.example/p\xc3\xa4th";
        $is = function ($name, $want, $have) { if ($want !== $have) { echo $name, ": "; var_dump($have); } };
        $is("array", ["a" => $url, "n" => 7, "f" => 0.1, "no" => null, "yes" => true, "http://site-a.example/p\xc3\xa4th" => "key", "deep" => [[$url], "x" => "y"]], get_option("t_array"));
        $objects = get_option("t_object");
        $is("object", ["http://a-much-longer-name.example/thing", "//a-much-longer-name.example", 1.5], $objects[0]->all());
        $is("same object", true, $objects[0] === $objects[1]);
        $is("alias", "https://a-much-longer-name.example/", $objects["last"]);
        $is("twice", ["u" => $url], unserialize(unserialize(get_option("t_twice"))));
        $json = json_decode(get_option("t_json"), true);
        $is("json", $url, $json["u"]);
        $is("json in json", $url, json_decode($json["v"][0]));
        $is("plain", "see http://a-much-longer-name.example. Or HTTPS://a-much-longer-name.example:8080/, mail admin@site-a.example, not http://site-a.example.org/ or http://my-site-a.example/ or http://site-a.example-two/; ?to=http%3A%2F%2Fa-much-longer-name.example%2F", get_option("t_plain"));
        $is("broken", "a:1:{s:3:\"url\";s:99:\"http://a-much-longer-name.example/\";}", get_option("t_broken"));
        $is("no key", ["//a-much-longer-name.example/1", "//a-much-longer-name.example/1", "//a-much-longer-name.example/1 ", null], $wpdb->get_col("SELECT v FROM no_key ORDER BY n"));
        $is("bytes key", "//a-much-longer-name.example/2", $wpdb->get_var("SELECT v FROM bytes_key WHERE id = 0x00FF0027"));
        $is("two keys", [["//a-much-longer-name.example/\xc3\xa4", "//a-much-longer-name.example/\xc3\xa4!"],
            ["//site-a.example/0123456789012345678901", "//site-a.example/0123456789012345678901!"]], $wpdb->get_results("SELECT v, w FROM two_keys ORDER BY b", ARRAY_N));
        $is("user agent", false, strpos(serialize($wpdb->get_col("SELECT option_value FROM $wpdb->options WHERE option_name NOT LIKE \"t_%\"")), "//site-a.example"));'
    [ -z "$output" ] || { echo "$output" && return 1; }
    on wpns remove site-b --purge --yes
    assert_absent
}

@test "20000 random values are read, changed and changed back" {
    run -0 on_stdin php -- 20000 <"$BATS_TEST_DIRNAME/serialized_values.php"
    ((output > 1000))
}

@test "what a site has put into its database makes no object and runs nothing" {
    wordpress site-a '$put = fn ($name, $value) => $wpdb->insert($wpdb->options, ["option_name" => "t_$name", "option_value" => $value, "autoload" => "no"]) || exit(1);
        $put("evil", "O:8:\"WP_Error\":1:{s:3:\"url\";s:21:\"http://site-a.example\";}");
        $put("deep", str_repeat("a:1:{i:0;", 5000) . "s:21:\"http://site-a.example\";" . str_repeat("}", 5000));
        $put("huge", "a:99999999999:{i:0;s:21:\"http://site-a.example\";}");
        $put("own", "C:11:\"ArrayObject\":21:{http://site-a.example}");'
    inside site-a sh -c 'mkdir -p /srv/www/wp-content/mu-plugins && echo "<?php file_put_contents(\"/srv/www/wp-content/ran\", PHP_SAPI, FILE_APPEND);" >/srv/www/wp-content/mu-plugins/x.php'
    run -0 on wpns clone site-a site-b
    run -0 wordpress site-b 'echo $wpdb->get_var("SELECT option_value FROM $wpdb->options WHERE option_name = \"t_evil\"");'
    [ "$output" = 'O:8:"WP_Error":1:{s:3:"url";s:21:"http://site-b.example";}' ]
    on wpns remove site-b --purge --yes
    inside site-a rm -r /srv/www/wp-content/mu-plugins
    wordpress site-a 'foreach (["evil", "deep", "huge", "own"] as $name) { $wpdb->delete($wpdb->options, ["option_name" => "t_$name"]); }'
}

@test "a clone that fails leaves nothing, and says why" {
    # No database can be made where no file may grow.
    on sh -c 'mkdir -p /etc/wpns/templates && sed "s/^MountAPIVFS=yes/MountAPIVFS=yes\nLimitFSIZE=100K/" /usr/share/wpns/templates/hardening.conf >/etc/wpns/templates/hardening.conf'
    run -1 on wpns clone site-a site-b
    on rm -r /etc/wpns/templates
    on wpns sync
    assert_absent
    assert_serves site-a
}

# Starts a clone and kills it as soon as a condition holds: kill_clone_when CONDITION
kill_clone_when() {
    on_stdin bash -s "$1" <<'END'
staging() { ls -d /var/lib/wpns/archive/site-b-*/$1 >/dev/null 2>&1; }
source() { ls -d /var/lib/wpns/backups/.site-b.clone/$1 >/dev/null 2>&1; }
data=/var/lib/wpns/sites/site-b
up() { systemctl is-active --quiet wpns-$1@site-b.$2; }
wpns clone site-a site-b >/dev/null 2>&1 &
pid=$!
while kill -0 $pid 2>/dev/null; do ! eval "$1" || { kill -9 $pid && exit 0; }; done
exit 1
END
}

@test "a clone that is killed leaves no copy or a whole one; sync and remove settle it" {
    local condition states='' n=0
    for condition in '[ -e /var/lib/wpns/journal/site-b.toml ]' '[ -e /etc/wpns/sites.d/site-b.toml ]' '[ -e $data/www ]' \
        'source ".site*"' 'source "site*"' 'staging www/wp-content' 'staging mysql' 'staging wordpress.installed' \
        '[ -e $data/wordpress.installed ]' '[ -e $data/wordpress.installed ] && ! [ -e /var/lib/wpns/journal/site-b.toml ]' \
        'up mysqld socket' 'up php socket'; do
        kill_clone_when "$condition"
        if ((n++ % 2 == 0)); then
            run -0 on wpns sync
        else
            run on wpns remove site-b --yes --purge
            [[ $status -eq 0 ]] || { echo "remove when $condition: $output" && return 1; }
        fi
        if on test -e /etc/wpns/sites.d/site-b.toml; then
            states+=' whole'
            page site-b | grep -q //site-b.example
            on wpns remove site-b --yes --purge
        else
            states+=' none'
        fi
        assert_absent
        assert_serves site-a
    done
    echo "# after killed clones:$states" >&3
    [[ $states == ' none none none none none none none none whole'* ]]
}

@test "a private core and what it holds is copied too" {
    write_file /etc/wpns/sites.d/site-p.toml <<'END'
domain = "site-p.example"
title = "Title of site-p"
[wordpress]
core = "private"
END
    on wpns sync
    inside site-p sh -c 'echo mine >/srv/www/mine.txt'
    run -0 on wpns clone site-p site-b
    [ "$(page site-b /mine.txt)" = mine ]
    run -0 page site-b
    assert_output '//site-b\.example/'
    on wpns remove site-b --purge --yes
    on wpns remove site-p --purge --yes
}

@test "a shadow has the address of the original, and reaches nobody" {
    local before
    before=$(original)
    run -0 on wpns clone site-a site-b --same-url
    assert_output 'site-b: http://site-b.example/ is a shadow of site-a'
    assert_settled
    [ "$(original)" = "$before" ]
    # The same page, by another name; nobody is sent on to the original.
    [ "$(code site-b)" = 200 ]
    run -0 page site-b
    assert_output '//site-a\.example/'
    run -0 on curl -sS --max-time 20 -o /dev/null -D - -H 'Host: site-b.example' http://127.0.0.1/wp-admin/
    assert_output '^Location: http://site-b\.example/wp-login\.php'
    assert_output 'X-Robots-Tag: noindex'
    run -0 wordpress site-b 'echo get_option("siteurl"), " ", home_url();'
    assert_output '^http://site-a\.example(:80)? http://site-a\.example'
    [ "$(secrets site-a)" != "$(secrets site-b)" ]
    # Neither itself, nor the original, nor mail.
    run -0 wordpress site-b 'var_export(is_wp_error(wp_remote_get("http://site-a.example/", ["timeout" => 2]))); var_export(wp_mail("a@example.org", "x", "x"));'
    [ "$output" = truefalse ]
    # Its tasks do not run: systemd says so and starts nothing.
    run -0 on systemctl start wpns-cron@site-b.service
    [ "$(on systemctl show --value --property=ConditionResult wpns-cron@site-b.service)" = no ]
    [ "$(status_of site-b .shadow)" = site-a.example ]
    run -0 on wpns list
    assert_output 'site-b.example \(a shadow of site-a.example\)'
    on wpns remove site-b --purge --yes
    assert_absent
}
