# shellcheck shell=bash
# Everything below scripts/lib, in the order in which it depends on each other. Sourced, never run.

lib_dir=${BASH_SOURCE[0]%/*}
# shellcheck source=scripts/lib/common.sh
. "$lib_dir/common.sh"
# shellcheck source=scripts/lib/packages.sh
. "$lib_dir/packages.sh"
# shellcheck source=scripts/lib/mirror.sh
. "$lib_dir/mirror.sh"
# shellcheck source=scripts/lib/roots.sh
. "$lib_dir/roots.sh"
# shellcheck source=scripts/lib/build.sh
. "$lib_dir/build.sh"
# shellcheck source=scripts/lib/internet.sh
. "$lib_dir/internet.sh"
# shellcheck source=scripts/lib/machine.sh
. "$lib_dir/machine.sh"
# shellcheck source=scripts/lib/vm.sh
. "$lib_dir/vm.sh"
