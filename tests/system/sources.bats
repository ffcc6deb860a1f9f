# WordPress from an archive and from the web: what is made of it, and what is refused.
# bats file_tags=only:bookworm
load helpers

url=https://downloads.example/wordpress.zip
hostile=$BATS_TEST_DIRNAME/hostile_archives.py

setup_file() {
    reset_machine
    on_stdin bash -s <<'END'
set -e
rm -rf /root/sources && mkdir -p /root/sources/wordpress
cp -rL /usr/share/wordpress/. /root/sources/wordpress
cd /root/sources
tar -czf wordpress.tar.gz wordpress
php -r '$zip = new ZipArchive(); $zip->open("wordpress.zip", ZipArchive::CREATE);
    foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator("wordpress", FilesystemIterator::SKIP_DOTS)) as $file)
        $zip->addFile($file->getPathname());
    $zip->close();'
! test -x /usr/bin/xz || XZ_OPT=-0 tar -cJf wordpress.tar.xz wordpress
rm -r wordpress
END
    start_downloads
}

teardown_file() {
    kill "$(cat "$BATS_FILE_TMPDIR/downloads.pid")"
    on sed -i '/downloads.example/d' /etc/hosts
    on rm -rf /root/sources /usr/local/share/ca-certificates/wpns-test.crt
    on update-ca-certificates --fresh >/dev/null
    reset_machine
}

# An https server in the internet beside the machine, with a certificate that the machine trusts.
start_downloads() {
    local dir=$BATS_FILE_TMPDIR/downloads try
    mkdir -p "$dir/www"
    on cat /root/sources/wordpress.zip >"$dir/www/wordpress.zip"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=downloads.example \
        -addext subjectAltName=DNS:downloads.example -keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
    write_file /usr/local/share/ca-certificates/wpns-test.crt <"$dir/cert.pem"
    on update-ca-certificates >/dev/null
    on sh -c "echo '$public_address downloads.example' >>/etc/hosts"
    ip netns exec "$internet" python3 - "$dir" >"$dir/log" 2>&1 3>&- <<'END' &
import functools, http.server, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1] + "/cert.pem", sys.argv[1] + "/key.pem")
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1] + "/www")
server = http.server.ThreadingHTTPServer(("", 443), handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
END
    echo $! >"$BATS_FILE_TMPDIR/downloads.pid"
    for try in {1..50}; do
        ! on curl -s --max-time 1 -o /dev/null "$url" || return 0
        sleep 0.1
    done
    echo "the https server did not come up after try $try"
    return 1
}

# The SHA-256 of an archive on the machine.
sum_of() { on sha256sum "/root/sources/$1" | cut -d' ' -f1; }

# Writes a site's file: site_from NAME SOURCE [SHA256 [CORE]]
site_from() {
    {
        printf 'domain = "%s.example"\ntitle = "Title of %s"\n[wordpress]\nsource = "%s"\ncore = "%s"\n' \
            "$1" "$1" "$2" "${4:-managed}"
        [[ -z ${3-} ]] || printf 'sha256 = "%s"\n' "$3"
    } | write_file "/etc/wpns/sites.d/$1.toml"
}

# What making cores has left on the machine, in its places and in those of the sandbox. Tasks of the other sites come and go.
leavings() {
    on sh -c 'ls -A /var/lib/wpns/core /var/lib/wpns/downloads /tmp /etc 2>/dev/null
        systemctl list-units --all --plain --no-legend "run-*.service"' | grep -v '^systemd-private-.*-wpns-cron@'
}

# The tree of a site.
tree_of() { on sed -n 's/^BindReadOnlyPaths=\(.*\):\/srv\/core$/\1/p' "/etc/wpns/rendered/$1/exec.service"; }

@test "a site from a tar.gz serves; the tree is root's and read-only" {
    site_from site-a /root/sources/wordpress.tar.gz
    run -0 on wpns sync site-a
    assert_output 'host: WordPress [0-9.]+ from /root/sources/wordpress.tar.gz is in /var/lib/wpns/core/sha256-'
    assert_serves site-a
    local tree
    tree=$(tree_of site-a)
    [ "$tree" = "/var/lib/wpns/core/sha256-$(sum_of wordpress.tar.gz | cut -c1-16)" ]
    run -0 on find "$tree" -not '(' -user root -group root '(' -type d -perm 0755 -o -type f -perm 0644 ')' ')'
    [ -z "$output" ]
    run ! on test -e "$tree/wp-config.php"
    # the package's bundle of certificates is a link to the machine's, which has one more now
    run -0 on diff -rq --exclude=ca-bundle.crt /usr/share/wordpress/wp-includes "$tree/wp-includes"
    run -0 on wpns plan --exit-code
}

@test "a site from a zip with its sum serves" {
    site_from site-b /root/sources/wordpress.zip "$(sum_of wordpress.zip)"
    on wpns sync site-b
    assert_serves site-b
    run -0 on wpns plan --exit-code
}

@test "the same files come out of both" {
    run -0 on diff -r "$(tree_of site-a)" "$(tree_of site-b)"
}

@test "a site from a tar.xz has a core of its own" {
    on test -x /usr/bin/xz || skip 'the machine has no xz'
    site_from site-x /root/sources/wordpress.tar.xz '' private
    on wpns sync site-x
    assert_serves site-x
    on wpns remove site-x --purge --yes
    on wpns sync
}

@test "a private core from an archive is the site's own copy" {
    site_from site-p /root/sources/wordpress.tar.gz '' private
    on wpns sync site-p
    assert_serves site-p
    [ "$(code site-p /)" = 200 ]
    [ "$(code site-p /wp-login.php)" = 200 ]
    [ "$(on stat -c %U /var/lib/wpns/sites/site-p/www/wp-includes/version.php)" = wp-site-p ]
    run -0 on wpns plan --exit-code
}

@test "an archive that is gone after its tree was made changes nothing where its sum is written down" {
    on mv /root/sources/wordpress.zip /root/sources/away
    run -0 on wpns plan --exit-code site-b
    on mv /root/sources/away /root/sources/wordpress.zip
}

@test "another sum than that of the archive: nothing is made, and both are named" {
    local before wrong
    wrong=$(printf '%064d' 7)
    before=$(leavings)
    site_from site-w /root/sources/wordpress.zip "$wrong"
    run -1 on wpns sync site-w
    assert_output "$wrong"
    assert_output "$(sum_of wordpress.zip)"
    [ "$(leavings)" = "$before" ]
    run ! on id wp-site-w
    on wpns remove site-w --purge --yes
}

@test "an archive that others than root can write is refused" {
    on sh -c 'cp /root/sources/wordpress.zip /root/sources/open.zip; chmod 666 /root/sources/open.zip'
    site_from site-w /root/sources/open.zip
    run -1 on wpns sync site-w
    assert_output 'root.s alone.*chmod'
    on wpns remove site-w --purge --yes
}

@test "a plan downloads nothing" {
    local before
    before=$(wc -l <"$BATS_FILE_TMPDIR/downloads/log")
    site_from site-c "$url" "$(sum_of wordpress.zip | tr 0-9a-f 1-9a-f0)"
    run -0 on wpns plan site-c
    assert_output 'create core /var/lib/wpns/core/sha256-'
    [ "$(wc -l <"$BATS_FILE_TMPDIR/downloads/log")" = "$before" ]
    run ! on test -e /var/lib/wpns/downloads
}

@test "a download with another sum: nothing is kept, the error names both, other sites go on" {
    site_from site-d /root/sources/wordpress.zip
    run -1 on wpns sync
    assert_output "download $url: the SHA-256 is $(sum_of wordpress.zip), it should be [0-9a-f]{64}"
    assert_output 'site-c: core /var/lib/wpns/core/sha256-[0-9a-f]* could not be made'
    run on sh -c 'ls -A /var/lib/wpns/downloads 2>/dev/null'
    [ -z "$output" ]
    run ! on test -e "$(tree_of site-c)"
    assert_serves site-d
    on wpns remove site-d --purge --yes
}

@test "the download of a site with the right sum is kept, and its tree serves" {
    # not the sum of a tree that is there already
    on sh -c 'cd /root/sources && cp wordpress.zip other.zip && printf x >>other.zip'
    on cat /root/sources/other.zip >"$BATS_FILE_TMPDIR/downloads/www/wordpress.zip"
    site_from site-c "$url" "$(sum_of other.zip)"
    run -0 on wpns sync site-c
    assert_serves site-c
    [ "$(on stat -c '%U %a' "/var/lib/wpns/downloads/$(sum_of other.zip)")" = 'root 600' ]
    run -0 on wpns plan --exit-code site-c
}

@test "a certificate that nobody vouches for and a page that is not there are errors" {
    site_from site-e https://downloads.example/none.zip "$(printf '%064d' 8)"
    run -1 on wpns sync site-e
    assert_output 'download https://downloads.example/none.zip: .*404'
    on sh -c "echo '$public_address other.example # downloads.example' >>/etc/hosts"
    site_from site-e https://other.example/wordpress.zip "$(sum_of other.zip | tr 0-9a-f 1-9a-f0)"
    run -1 on wpns sync site-e
    assert_output 'download https://other.example/wordpress.zip: .*(certificate|SSL)'
    on wpns remove site-e --purge --yes
}

@test "a URL without a sum is a mistake of the file" {
    site_from site-e "$url"
    run -2 on wpns sync site-e
    assert_output 'wordpress.sha256'
    on rm /etc/wpns/sites.d/site-e.toml
}

# Fails unless a sync of site-h with this archive ends with the reason and leaves nothing: assert_refused FILE REASON
assert_refused() {
    site_from site-h "/root/sources/$1"
    run -1 on wpns sync site-h
    assert_output "$2" || { echo "archive: $1" && return 1; }
    diff <(leavings) "$BATS_TEST_TMPDIR/before" || { echo "archive: $1" && return 1; }
}

@test "hostile archives are refused and leave nothing behind" {
    mkdir "$BATS_TEST_TMPDIR/hostile"
    python3 "$hostile" "$BATS_TEST_TMPDIR/hostile"
    tar -C "$BATS_TEST_TMPDIR/hostile" -cf - . | on_stdin tar -C /root/sources --no-same-owner -xf -
    # what belongs to the site itself, not to its core
    site_from site-h /root/sources/up.tar.gz
    run -1 on wpns sync site-h
    leavings >"$BATS_TEST_TMPDIR/before"
    assert_refused up.tar.gz 'leads out of the archive'
    assert_refused absolute.tar.gz 'leads out of the archive'
    assert_refused link.tar.gz 'a symbolic link: wordpress/etc'
    assert_refused hard-link.tar.gz 'a hard link: wordpress/passwd'
    assert_refused device.tar.gz 'a device: wordpress/null'
    assert_refused pipe.tar.gz 'a pipe: wordpress/pipe'
    assert_refused two-tops.tar.gz 'one single top directory'
    assert_refused twice.tar.gz 'a name twice: wordpress/index.php'
    assert_refused control.tar.gz 'control bytes'
    assert_refused newline.tar.gz 'control bytes'
    assert_refused many.tar.gz 'more than 100000'
    assert_refused zip-up.zip 'leads out of the archive'
    assert_refused zip-absolute.zip 'leads out of the archive'
    assert_refused zip-link.zip 'a symbolic link: wordpress/link'
    assert_refused bomb.zip 'more than 2 GiB'
    assert_refused no-archive.zip 'neither a zip nor a tar.gz'
    assert_refused cut.tar.gz 'ends in the middle'
    on wpns remove site-h --purge --yes
}

@test "with the last site of a source its tree and its download go" {
    local tree
    tree=$(tree_of site-c)
    on wpns remove site-c --purge --yes
    on wpns sync
    run ! on test -e "$tree"
    run ! on test -e /var/lib/wpns/downloads
    assert_serves site-a
}
