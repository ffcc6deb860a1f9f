# shellcheck shell=bash
# One ctest over all tiers: what CMake knows runs in a build root, the rest on this machine. Sourced, never run.

# Prints words as arguments of a CMake command.
cmake_words() {
    local word
    for word in "$@"; do
        printf ' [==[%s]==]' "$word"
    done
}

# Prints a test: add_test LABEL NAME PROPERTIES CMD…, where PROPERTIES are CMake's words.
add_test() {
    local label=$1 name=$2 properties=$3
    shift 3
    printf 'add_test([==[%s]==]%s)\n' "$name" "$(cmake_words "$@")"
    printf 'set_tests_properties([==[%s]==] PROPERTIES LABELS "%s" SKIP_RETURN_CODE %s %s)\n' \
        "$name" "$label" "$skip_status" "$properties"
}

# Prints the tests that CMake has found in a build of the checkout, but those that need a booted machine:
# built_tests RELEASE
built_tests() {
    local build_root_command build words tests
    build=$(build_dir "$1" "$checkout_dir")
    find_build_root "$1" "$checkout_dir" "$build"
    words=$(cmake_words "${build_root_command[@]}")
    tests=$(mktemp)
    "${build_root_command[@]}" ctest --test-dir /build --show-only=json-v1 >"$tests"
    jq --raw-output --arg root "$words" --arg release "$1" '
        def property($name): first(.properties[]? | select(.name == $name) | .value) // null;
        .tests[]
        | (property("LABELS")[0] // "unit") as $tier
        | select($tier != "booted")
        | "\($release).\($tier).\(.name)" as $name
        | "add_test([==[\($name)]==]\($root)\(.command | map(" [==[\(.)]==]") | join("")))",
          "set_tests_properties([==[\($name)]==] PROPERTIES LABELS \"\($tier)\" TIMEOUT 300"
              + (property("SKIP_RETURN_CODE") | if . then " SKIP_RETURN_CODE \(.)" else "" end) + ")"
        ' "$tests"
    rm -f "$tests"
}

# Prints the checks of the source text.
lint_tests() {
    local build_root_command
    add_test lint lint.layers '' "$scripts_dir/lint" layers
    find_build_root bookworm "$checkout_dir" "$(build_dir bookworm "$checkout_dir")"
    add_test lint lint.format '' "${build_root_command[@]}" /src/scripts/lint format
    add_test lint lint.shell '' "${build_root_command[@]}" /src/scripts/lint shell
    find_build_root trixie "$checkout_dir" "$(build_dir trixie "$checkout_dir")"
    add_test lint lint.tidy "TIMEOUT 2400 PROCESSORS $(nproc) COST 1000" \
        "${build_root_command[@]}" env BUILD=/build /src/scripts/lint tidy
}

# Prints the short run of the fuzz targets.
fuzz_tests() { add_test fuzz fuzz.fuzz "TIMEOUT 1800 COST 900" "$scripts_dir/fuzz" same; }

# How many machines of each release share the tests that need one. They wait more than they compute.
machines_per_release=2

# Prints the tests on the booted machines of a release, but the files that are tagged for the other one; those of one machine
# come one after the other: system_tests RELEASE
system_tests() {
    local i files=("$checkout_dir"/tests/system/*.bats)
    [[ -n ${WPNS_BOTH-} ]] || mapfile -t files < <(grep -Lx "# bats file_tags=only:$(other_release "$1")" "${files[@]}")
    for ((i = 1; i <= machines_per_release; i++)); do machine_tests "$1" "$i" booted up down; done
    for ((i = 0; i < ${#files[@]}; i++)); do
        machine_tests "$1" $((i % machines_per_release + 1)) "${files[i]}"
    done
}

# Prints what is to be run on one machine: machine_tests RELEASE NUMBER up|down|booted|FILE.bats…
machine_tests() {
    local release=$1 machine=machine-$1-$2 number=$2 what run=("$scripts_dir/system-test" "$1" "$2")
    local shared="RESOURCE_LOCK $machine TIMEOUT 1800"
    shift 2
    for what in "$@"; do
        case $what in
        up) add_test system "system.$release.up-$number" "FIXTURES_SETUP $machine COST 500 $shared" "${run[@]}" up ;;
        down) add_test system "system.$release.down-$number" "FIXTURES_CLEANUP $machine $shared" "${run[@]}" down ;;
        booted)
            ((number > 1)) || add_test system "system.$release.booted" "FIXTURES_REQUIRED $machine COST 450 $shared" "${run[@]}" booted
            ;;
        # what takes all the machine has, and floods its network, would make the time limits of others fail
        */attack.bats) add_test system "system.$release.attack" "FIXTURES_REQUIRED $machine RUN_SERIAL TRUE $shared" "${run[@]}" "$what" ;;
        *) add_test system "system.$release.$(basename "$what" .bats)" "FIXTURES_REQUIRED $machine COST 400 $shared" "${run[@]}" "$what" ;;
        esac
    done
}
