# Seconds a request (all visitors together) and the slowest of a hundred requests, of what wrk prints.
# Round 0 warms up and counts for nothing. An answer that is no page ends the measurement.
function seconds(text) { return text ~ /us$/ ? text / 1e6 : text ~ /ms$/ ? text / 1e3 : text + 0 }

$1 == "99%" { slow = seconds($2) }
/Non-2xx|Socket errors/ { print FILENAME $0 >"/dev/stderr"; bad = 1 }
$1 == "Requests/sec:" { rate = $2 }

END {
    if (bad || rate == 0) exit 1
    if (round > 0) printf "request-%s,%s,1,%.7f\nslow-%s,%s,1,%.6f\n", word, way, 1 / rate, word, way, slow
}
