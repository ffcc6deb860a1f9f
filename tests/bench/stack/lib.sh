# shellcheck shell=bash
# What the measurements on the machine share. Sourced, never run.

# Prints a line of the table for the time since `begin`: took NAME VARIANT SIZE
took() { awk -v line="$1,$2,$3" -v begin="$begin" -v end="$EPOCHREALTIME" 'BEGIN { printf "%s,%.6f\n", line, end - begin }'; }

# Asks for a front page until it comes: first_page DOMAIN
first_page() {
    until [[ $(curl -s -o /dev/null -w '%{http_code}' -H "Host: $1" http://127.0.0.1/) == 200 ]]; do sleep 0.005; done
}
