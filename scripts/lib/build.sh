# shellcheck shell=bash
# Builds a checkout inside a build root, so that this machine needs no compiler. Sourced, never run.
#
# Inside, the checkout is /src (read-only), its build directory /build, the compiler cache /ccache.

# Sets build_root_command to the words that, put before a command, run it as root in a root of these layers.
# Nothing is kept there but /build and /ccache: find_layers LAYERS CHECKOUT BUILD
find_layers() {
    mkdir -p "$3" "$cache_dir/ccache" "$cache_dir/mnt"
    build_root_command=(unshare --mount --propagation private "$scripts_dir/lib/enter-build-root"
        "$cache_dir/mnt" "$1" "$2" "$3" "$cache_dir/ccache")
}

# The same for the build root of a release: find_build_root RELEASE CHECKOUT BUILD
find_build_root() {
    local layers
    layers=$(layers_of build "$1")
    find_layers "$layers" "$2" "$3"
}

# Runs CMD in a root that has a layer: in_layer LAYER RELEASE CHECKOUT BUILD CMD…
in_layer() {
    local layers build_root_command
    layers=$(layers_of "$1" "$2")
    find_layers "$layers" "$3" "$4"
    shift 4
    "${build_root_command[@]}" "$@"
}

# Runs CMD in the build root of a release: in_build_root RELEASE CHECKOUT BUILD CMD…
in_build_root() { in_layer build "$@"; }

# The directory that keeps a checkout's build for a release: build_dir RELEASE CHECKOUT
build_dir() { echo "$cache_dir/build/$1-$(readlink -f "$2" | sha256sum | cut -c 1-12)"; }

# Configures and builds the given targets. Ten sources are compiled as one, because most of the time goes into the
# headers, and optimised a little only: both together take a fifth of the time.
# build_targets RELEASE CHECKOUT TARGET…
build_targets() {
    local release=$1 checkout=$2 build
    shift 2
    build=$(build_dir "$release" "$checkout")
    with_lock "build-${build##*/}" in_build_root "$release" "$checkout" "$build" sh -euc '
        cmake -G Ninja -S /src -B /build -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_INSTALL_PREFIX=/usr \
            -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=10 \
            -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -DNDEBUG" >/build/configure.log || { cat /build/configure.log; exit 1; }
        ninja -C /build --quiet "$@"' build "$@" >&2
}

# Builds the program of a checkout and installs it into a directory: install_program RELEASE CHECKOUT DESTDIR
install_program() {
    local release=$1 checkout=$2 dest=$3 build
    build=$(build_dir "$release" "$checkout")
    step "$release: build of wpns" build_targets "$release" "$checkout" wpns
    with_lock "build-${build##*/}" copy_program "$release" "$checkout" "$build" "$dest"
}

# Installs what was built below the build directory, and from there into another one: others may be about to do the same.
copy_program() {
    rm -rf "$3/stage"
    in_build_root "$1" "$2" "$3" env DESTDIR=/build/stage cmake --install /build >/dev/null
    # A running program cannot be overwritten, but it can be replaced.
    cp -a --remove-destination "$3/stage/." "$4"
}
