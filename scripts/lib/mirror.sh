# shellcheck shell=bash
# Finds Debian archives in this machine's own apt configuration. Sourced, never run.

fallback_archive=http://deb.debian.org/debian
fallback_security=http://deb.debian.org/debian-security
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# "URI KEYRING" of every source in one-line lists; KEYRING is - when none is named.
uris_of_lists() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | awk '
        $1 != "deb" { next }
        {
            key = "-"
            if (match($0, /signed-by=[^] ]*/)) key = substr($0, RSTART + 10, RLENGTH - 10)
            sub(/\[[^]]*\]/, "")
            print $2, key
        }'
}

# "URI KEYRING" of every enabled source in deb822 files.
uris_of_deb822() {
    local file
    for file in /etc/apt/sources.list.d/*.sources; do
        [[ -r $file ]] || continue
        grep -v '^#' "$file" | awk -v RS= -F'\n' '
            {
                uris = ""; key = "-"; enabled = 1
                for (i = 1; i <= NF; i++) {
                    value = $i; sub(/^[^:]*:[ \t]*/, "", value)
                    if (tolower($i) ~ /^uris:/) uris = value
                    if (tolower($i) ~ /^signed-by:[ \t]*\//) key = value
                    if (tolower($i) ~ /^enabled:[ \t]*no/) enabled = 0
                }
                n = enabled ? split(uris, uri, /[ \t]+/) : 0
                for (i = 1; i <= n; i++) print uri[i], key
            }'
    done
}

# Fetches the signed index of a suite with apt's own settings (proxies, credentials): fetch_release URI SUITE FILE
fetch_release() {
    /usr/lib/apt/apt-helper -qq download-file "${1%/}/dists/$2/InRelease" "$3" >/dev/null 2>&1
}

# True when URI serves SUITE with the given Origin and Label: serves URI SUITE LABEL
serves() {
    local index found=1
    index=$(mktemp -d)
    if fetch_release "$1" "$2" "$index/InRelease" &&
        grep -qx 'Origin: Debian' "$index/InRelease" && grep -qx "Label: $3" "$index/InRelease"; then
        found=0
    fi
    rm -rf "$index"
    return "$found"
}

# The first configured "URI KEYRING" that serves SUITE, or the public one: find_archive SUITE LABEL FALLBACK
find_archive() {
    local uri key
    while read -r uri key; do
        if serves "$uri" "$1" "$2"; then
            echo "${uri%/} $key"
            return
        fi
    done < <({ uris_of_lists; uris_of_deb822; } | grep -E '^https?://' | sort -u)
    echo "$3 -"
}

# Prints the apt sources of a release, one line each: debian_sources RELEASE
debian_sources() {
    local archive security
    read -r archive _ < <(find_archive "$1" Debian "$fallback_archive")
    read -r security _ < <(find_archive "$1-security" Debian-Security "$fallback_security")
    echo "deb $archive $1 main"
    ! serves "$archive" "$1-updates" Debian || echo "deb $archive $1-updates main"
    echo "deb $security $1-security main"
}

# Prints the keyrings that may have signed them: Debian's, and those the machine names for its archives.
debian_keyrings() {
    {
        echo "$debian_keyring -"
        find_archive "$1" Debian "$fallback_archive"
        find_archive "$1-security" Debian-Security "$fallback_security"
    } | tr ' ' '\n' | grep '^/' | sort -u
}

# The machine's settings for fetching packages, as apt.conf lines that hold in another root too.
fetch_settings() {
    apt-config dump |
        grep -E '^Acquire::(http|https|ftp|socks|tor|Retries|ForceIPv4|ForceIPv6|Check-|Languages)' || true
    echo 'Dir::Etc::netrc "/etc/apt/auth.conf";'
    echo 'Dir::Etc::netrcparts "/etc/apt/auth.conf.d";'
}
