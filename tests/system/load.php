<?php
/**
 * A visitor who fetches a page again and again: load.php URL HOST SECONDS VISITORS. Prints one JSON object: answers, those
 * that were no 200 by status, and milliseconds: median, 99 of 100, longest.
 */
[, $url, $host, $seconds, $visitors] = $argv;
$end = microtime(true) + (float) $seconds;
$times = [];
$failed = [];
$all = curl_multi_init();

function visit(string $url, string $host)
{
    $visit = curl_init($url);
    curl_setopt_array($visit, [CURLOPT_HTTPHEADER => ["Host: $host"], CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 60, CURLOPT_FRESH_CONNECT => true]);
    return $visit;
}

for ($i = 0; $i < (int) $visitors; ++$i) {
    curl_multi_add_handle($all, visit($url, $host));
}
do {
    curl_multi_exec($all, $running);
    curl_multi_select($all, 0.1);
    while ($one = curl_multi_info_read($all)) {
        $status = curl_getinfo($one['handle'], CURLINFO_HTTP_CODE);
        $times[] = curl_getinfo($one['handle'], CURLINFO_TOTAL_TIME) * 1000;
        if ($status !== 200) {
            $failed[$status] = ($failed[$status] ?? 0) + 1;
        }
        curl_multi_remove_handle($all, $one['handle']);
        if (microtime(true) < $end) {
            curl_multi_add_handle($all, visit($url, $host));
            ++$running;
        }
    }
} while ($running > 0);
sort($times);
$at = fn (float $share) => round($times[(int) floor((count($times) - 1) * $share)], 1);
echo json_encode(['answers' => count($times), 'failed' => (object) $failed, 'median' => $at(0.5), 'p99' => $at(0.99),
    'longest' => $at(1)]), "\n";
