# A registry that is damaged or lost: nothing is changed until a person puts another one in its place.
load helpers

registry=/var/lib/wpns/registry.toml

setup_file() {
    reset_machine
    add_site site-a site-b
}

# Fails unless every verb that writes refuses, and both sites serve as before.
assert_refused() {
    run -1 on wpns sync
    assert_output 'wpns registry rebuild'
    run -1 on wpns add site-c
    run -1 on wpns remove site-a --purge --yes
    run -1 on wpns sync --prune --yes
    assert_serves site-a
    assert_serves site-b
}

# Puts a registry in place and fails unless it heals without a restart of what serves: assert_rebuilt
assert_rebuilt() {
    run -0 on wpns registry rebuild
    assert_output 'site-a: 10\.10\.1\.0/30'
    run -1 on wpns plan
    run -0 on wpns registry rebuild --write --yes
    on wpns sync
    run -0 on wpns plan --exit-code
    assert_serves site-a
    assert_serves site-b
}

@test "a damaged registry changes nothing, and the last generation takes its place" {
    on sed -i '/^lineage = /s/"$/x"/' "$registry"
    assert_refused
    activations site-a >"$BATS_TEST_TMPDIR/before"
    assert_rebuilt
    activations site-a >"$BATS_TEST_TMPDIR/after"
    diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
    run -0 on sh -c "ls $registry.damaged-*"
}

@test "without any generation it comes from what each site was given, with the same numbers and secrets" {
    local before
    before=$(on sha256sum /etc/wpns/rendered/site-a/wp-config.php /etc/wpns/rendered/site-b/given.toml)
    on sh -c "rm $registry*"
    assert_refused
    assert_rebuilt
    [ "$(on sha256sum /etc/wpns/rendered/site-a/wp-config.php /etc/wpns/rendered/site-b/given.toml)" = "$before" ]
    on wpns remove site-b --purge --yes
    assert_serves site-a
}

@test "a whole registry is left alone" {
    run -0 on wpns registry rebuild --write --yes
    assert_output 'nothing to rebuild'
}
