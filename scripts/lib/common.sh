# shellcheck shell=bash
# Pieces every script of this project uses. Sourced, never run.

# A failure inside $(…) is a failure.
shopt -s inherit_errexit

scripts_dir=$(cd -- "${BASH_SOURCE[0]%/*}/.." && pwd)
# shellcheck disable=SC2034 # read by the scripts that source this file
checkout_dir=${scripts_dir%/*}
cache_dir=${WPNS_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/wpns}

# Exit status that test runners read as "skipped".
# shellcheck disable=SC2034
skip_status=125

# One line for a person, on stderr so that stdout stays what was asked for.
say() { printf '%s\n' "$*" >&2; }

# Ends the script with a reason.
die() {
    say "${0##*/}: $*"
    exit 1
}

# Ends the script when it is not run as root.
need_root() { [[ $EUID -eq 0 ]] || die "must be run as root"; }

# True when PID 1 of this machine is systemd.
runs_systemd() { [[ -d /run/systemd/system ]]; }

# Runs a named step and says how long it took: step NAME CMD…
step() {
    local name=$1 start=$SECONDS
    shift
    say "==> $name"
    "$@"
    say "==> $name took $((SECONDS - start)) s"
}

# Runs CMD while no other process holds the lock called NAME: with_lock NAME CMD…
with_lock() (
    mkdir -p "$cache_dir/locks"
    exec {lock}>"$cache_dir/locks/$1"
    flock "$lock"
    shift
    "$@"
)

# True when every named package is installed.
packages_installed() {
    local states
    states=$(dpkg-query -W -f '${db:Status-Status}\n' "$@" 2>/dev/null) || return 1
    ! grep -qv '^installed$' <<<"$states"
}

# Installs the named packages unless they are there already.
ensure_packages() {
    if ! packages_installed "$@"; then with_lock apt install_packages "$@"; fi
}

# Installs the named packages, and shows apt's words only when it fails.
install_packages() {
    packages_installed "$@" && return
    say "installing $*"
    local log status=0
    log=$(mktemp)
    {
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y \
            --no-install-recommends "$@"
    } >"$log" 2>&1 </dev/null || status=$?
    [[ $status -eq 0 ]] || cat "$log" >&2
    rm -f "$log"
    return "$status"
}
