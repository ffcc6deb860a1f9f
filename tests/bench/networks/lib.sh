# shellcheck shell=bash
# What both recipes share. Sourced, never run.

# Sets subnet, gateway and address of the n-th site, from 10.10.1.0/30 on, and its name.
site() {
    local start=$(($1 * 4 + 256))
    name=s$1 prefix=10.10.$((start >> 8))
    subnet=$prefix.$((start & 255))/30 gateway=$prefix.$(((start & 255) + 1)) address=$prefix.$(((start & 255) + 2))
}

# Prints one line of the table: measure NAME VARIANT SIZE FUNCTION ARGUMENT…
measure() {
    local begin=$EPOCHREALTIME line="$1,$2,$3"
    shift 3
    "$@"
    awk -v line="$line" -v begin="$begin" -v end="$EPOCHREALTIME" 'BEGIN { printf "%s,%.6f\n", line, end - begin }'
}
