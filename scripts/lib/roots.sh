# shellcheck shell=bash
# Debian root filesystems: "runtime" as wpns finds it on a server, and four layers above it: "build" with a compiler,
# "browser" with a browser and what drives it, "vm" with a kernel, "rivals" with what sites are run with instead. They are
# cached; a name holds the hash of all that went into the root.
# Sourced, never run.

roots_dir=$cache_dir/roots

# Tools that make and boot the roots.
ensure_root_tools() {
    ensure_packages mmdebstrap systemd-container debian-archive-keyring iproute2 util-linux python3
}

# The releases that a root can be made of.
check_release() {
    case $1 in
    bookworm | trixie) ;;
    *) die "unknown release '$1': use bookworm or trixie" ;;
    esac
}

# The release that is not this one: other_release RELEASE
other_release() { [[ $1 == bookworm ]] && echo trixie || echo bookworm; }

# The packages of a layer: layer_packages build|browser|vm|rivals RELEASE
layer_packages() {
    case $1 in
    build) build_packages "$2" && lint_packages "$2" ;;
    browser) browser_packages ;;
    vm) vm_packages ;;
    rivals) rival_packages ;;
    esac
}

# Prints the path of a root: root_path runtime|build|browser|vm|rivals RELEASE
root_path() {
    local recipe
    recipe=$(declare -f make_runtime_root finish_runtime_root)
    recipe+=$(runtime_packages "$2"; optional_packages; neighbour_packages)
    [[ $1 == runtime ]] || recipe+=$(declare -f make_layer)$(layer_packages "$1" "$2")
    echo "$roots_dir/$1-$2-$(sha256sum <<<"$recipe" | cut -c 1-16)"
}

# Makes a root unless it is cached, and prints its path: ensure_root runtime|build|browser|vm|rivals RELEASE
ensure_root() {
    local kind=$1 release=$2 path
    path=$(root_path "$kind" "$release")
    [[ $kind == runtime ]] || ensure_root runtime "$release" >/dev/null
    if [[ ! -d $path ]]; then
        with_lock "${path##*/}" make_root "$kind" "$release" "$path" >&2
    fi
    touch "$path.used"
    echo "$path"
}

# Prints the paths of a layer and of the runtime root below it, as an overlay wants them: layers_of LAYER RELEASE
layers_of() {
    local above below
    above=$(ensure_root "$1" "$2") && below=$(ensure_root runtime "$2") && echo "$above:$below"
}

# Makes a root under another name first, so that the final name means complete.
make_root() {
    local kind=$1 release=$2 path=$3
    [[ ! -d $path ]] || return 0
    ensure_root_tools
    drop_old_roots
    rm -rf "$path.new"
    install -d -m 700 "$roots_dir"
    case $kind in
    runtime) step "$release: runtime root" make_runtime_root "$release" "$path.new" ;;
    *) step "$release: $kind root" make_layer "$kind" "$release" "$path.new" ;;
    esac
    mv "$path.new" "$path"
}

# Removes roots that nothing has used for a week.
drop_old_roots() {
    local mark root
    while read -r mark; do
        root=${mark%.used}
        grep -qF "$root" /proc/self/mounts || rm -rf --one-file-system "$root" "$mark"
    done < <(find "$roots_dir" -maxdepth 1 -name '*.used' -mtime +7 2>/dev/null)
}

# Installs the runtime packages into a new directory; documentation and translations are left out.
make_runtime_root() {
    local release=$1 dest=$2 sources keyrings options=()
    readarray -t sources < <(debian_sources "$release")
    readarray -t keyrings < <(debian_keyrings "$release")
    options+=("${keyrings[@]/#/--keyring=}")
    local excluded
    for excluded in doc man info locale lintian; do
        options+=("--dpkgopt=path-exclude=/usr/share/$excluded/*")
    done
    mmdebstrap --quiet --mode=root --variant=minbase --dpkgopt=force-unsafe-io "${options[@]}" \
        --aptopt=<(fetch_settings) --include="$({ runtime_packages "$release"; optional_packages; neighbour_packages; } | paste -sd,)" \
        "$release" "$dest" "${sources[@]}"
    finish_runtime_root "$dest"
}

# Takes out what belongs to the machine that made the root, and what only makes noise on a test machine.
finish_runtime_root() {
    local unit
    rm -f "$1/etc/apt/apt.conf.d/99mmdebstrap" "$1/etc/resolv.conf" "$1/etc/hostname"
    for unit in console-getty.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer; do
        ln -sf /dev/null "$1/etc/systemd/system/$unit"
    done
}

# Installs a layer's packages into the upper directory of an overlay on the runtime root, by this machine's apt.
make_layer() (
    release=$2 dest=$3
    work=$(mktemp -d "$roots_dir/work.XXXXXX")
    trap 'umount -R "$work/root" || true; rm -rf --one-file-system "$work" "$dest.work"' EXIT
    mkdir "$work/root" "$work/sources"
    mount_layers "$work/root" "$dest" "$(root_path runtime "$release")"
    mount -t proc proc "$work/root/proc"
    debian_sources "$release" >"$work/sources/debian.list"
    debian_keyrings "$release" | xargs -I{} cp {} "$work/sources/"
    mkdir -p "$work/root/var/lib/apt/lists/partial" "$work/root/var/cache/apt/archives/partial"
    readarray -t packages < <(layer_packages "$1" "$release")
    apt=(apt-get -qq -o Dir="$work/root" -o Dir::State::Status="$work/root/var/lib/dpkg/status"
        -o DPkg::Chroot-Directory="$work/root" -o DPkg::Options::=--force-unsafe-io
        -o DPkg::Options::=--path-exclude='/usr/share/doc/*' -o APT::Sandbox::User=root
        -o Dir::Etc::SourceList="$work/sources/debian.list" -o Dir::Etc::SourceParts=/dev/null
        -o Dir::Etc::Trusted=/dev/null -o Dir::Etc::TrustedParts="$work/sources"
        -o Dir::Etc::Netrc=/etc/apt/auth.conf -o Dir::Etc::NetrcParts=/etc/apt/auth.conf.d)
    "${apt[@]}" update
    DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends "${packages[@]}" \
        </dev/null >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    "${apt[@]}" clean >/dev/null
    # Podman's own start at boot would fail on a test machine, and is not measured.
    [[ $1 != rivals ]] || ln -sf /dev/null "$work/root/etc/systemd/system/podman-restart.service"
    [[ $1 != rivals ]] || ln -sf /dev/null "$work/root/etc/systemd/system/podman-auto-update.service"
    rm -rf "$work/root/var/lib/apt/lists"
)

# Mounts an overlay: mount_layers WHERE UPPER LOWER[:LOWER…]
mount_layers() {
    mkdir -p "$1" "$2" "$2.work"
    mount -t overlay overlay -o "lowerdir=$3,upperdir=$2,workdir=$2.work" "$1"
}
