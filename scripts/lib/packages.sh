# shellcheck shell=bash
# What wpns needs from the distribution, by package name. Sourced, never run.

# Packages of a host that runs wpns: runtime_packages RELEASE
# php and php-fpm are named so that they, and not Apache, satisfy the dependencies of wordpress.
runtime_packages() {
    local packages=(
        systemd systemd-sysv dbus iproute2 nftables passwd nginx
        mariadb-server-core mariadb-client mariadb-client-core wordpress "$(theme_package "$1")"
        php php-fpm php-cli php-mysql php-gd php-curl php-xml php-mbstring php-zip php-intl
        curl ca-certificates procps iputils-ping
        xz-utils zstd libnl-3-200 libnftables1 libzstd1 "$(openssl_package "$1")"
    )
    printf '%s\n' "${packages[@]}"
}

# A firewall of somebody else that tests turn on beside the sites'. It comes turned off.
neighbour_packages() { printf '%s\n' ufw iptables; }

# What wpns uses where its configuration asks for it: a repository of backups.
optional_packages() { printf '%s\n' restic; }

# Packages that build wpns and its tests: build_packages RELEASE
build_packages() {
    local packages=(
        g++ cmake ninja-build pkg-config ccache libnl-3-dev libnftables-dev libsystemd-dev libcrypt-dev
        libtomlplusplus-dev libcli11-dev nlohmann-json3-dev libssl-dev libzstd-dev libgtest-dev libgmock-dev xz-utils
        golang-github-burntsushi-toml-dev # the test suite of TOML
        e2fsprogs # file systems that are full or broken, for tests
    )
    printf '%s\n' "${packages[@]}"
}

# Packages that check the source text. The formatter's taste depends on its version, so one release decides;
# only the newer release's clang understands all of C++23, for clang-tidy and for libFuzzer.
lint_packages() {
    case $1 in
    bookworm) printf '%s\n' clang-format shellcheck ;;
    trixie) printf '%s\n' clang-tidy clang libclang-rt-19-dev ;;
    esac
}

# Packages that drive a site in a browser.
browser_packages() { printf '%s\n' chromium chromium-driver python3-selenium; }

# What people run many sites with instead, to be measured beside them: containers and their networks.
rival_packages() { printf '%s\n' podman crun catatonit netavark containernetworking-plugins; }

# Packages that make a root boot in a virtual machine, and programs beside the sites that pull in too much for every
# machine: they come turned off.
vm_packages() {
    printf '%s\n' linux-image-cloud-amd64 initramfs-tools busybox udev e2fsprogs openssh-server firewalld network-manager
}

# The default theme of the release's WordPress.
theme_package() {
    case $1 in
    bookworm) echo wordpress-theme-twentytwentythree ;;
    trixie) echo wordpress-theme-twentytwentyfive ;;
    *) apt-cache depends wordpress | sed -n 's/.*: \(wordpress-theme-[a-z]*\)$/\1/p' | head -n 1 ;;
    esac
}

# The crypto library; releases with 64-bit time have renamed it.
openssl_package() {
    if [[ $1 == bookworm ]]; then echo libssl3; else echo libssl3t64; fi
}
