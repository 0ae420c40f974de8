<?php
$usage = getrusage();
echo '~cpu-seconds ', $usage['ru_utime.tv_sec'] + $usage['ru_utime.tv_usec'] / 1e6 + $usage['ru_stime.tv_sec'] + $usage['ru_stime.tv_usec'] / 1e6, "\n";
echo '~memory-bytes ', $usage['ru_maxrss'] * 1024, "\n";
var_dump(memory_get_usage(true), memory_get_peak_usage(true), getrusage(1)['ru_maxrss'], gc_collect_cycles());
preg_match('/\) (.*)$/', file_get_contents('/proc/self/stat'), $match);
$uptime = hrtime(true) / 1e9;
echo '~age-seconds ', $uptime - explode(' ', $match[1])[19] / 100, "\n";
