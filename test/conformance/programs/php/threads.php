<?php

$outputs = [];
foreach (range(1, 4) as $factor) {
    $worker = "\$sum = 0; foreach (range(1, 1000) as \$k) \$sum += $factor * \$k; echo \$sum;";
    $process = proc_open([PHP_BINARY, "-r", $worker], [1 => ["pipe", "w"]], $pipes);
    $outputs[] = [$process, $pipes[1]];
}
$total = 0;
foreach ($outputs as [$process, $output]) {
    $total += (int) stream_get_contents($output);
}
echo $total, "\n";
