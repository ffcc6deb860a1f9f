# WordPress as its owner works with it in a real browser, inside the walls.
load helpers

setup_file() {
    reset_machine
    write_file /run/password <<<'a long pass phrase for the owner'
    on chmod 600 /run/password
    on wpns add site-a --title 'Title of site-a' --admin-password-file /run/password
    on cat /run/password >"$BATS_FILE_TMPDIR/password"
}

@test "log in, publish a post with a picture, install a plugin and a theme, see good health" {
    run env WPNS_SHARED="$BATS_FILE_TMPDIR" "$BATS_TEST_DIRNAME/../../scripts/in-browser-root" "$machine" \
        /src/tests/browser/wordpress.py http://site-a.example "$machine_address" /build/password
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(grep -c ': works$' <<<"$output")" -eq 9 ]
}

@test "what the owner has installed runs inside the walls" {
    run -0 on wpns verify site-a
    run -0 on wpns plan --exit-code
}
