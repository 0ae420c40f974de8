<?php
// What the kernel tells of the process.
echo file_get_contents('/proc/self/status');
foreach (['cmdline', 'comm', 'cgroup', 'limits', 'environ', 'oom_score_adj', 'timerslack_ns', 'coredump_filter', 'loginuid', 'mounts'] as $name) {
    echo $name, ' ', strtr(file_get_contents("/proc/self/$name"), "\0", '|'), "\n";
}
foreach (['exe', 'cwd', 'root'] as $name) echo $name, ' ', readlink("/proc/self/$name"), "\n";
preg_match('/^(.*\)) (.*)$/', file_get_contents('/proc/self/stat'), $match);
$fields = [$match[1], ...explode(' ', $match[2])];
echo implode(' ', array_map(fn ($number) => $fields[$number], [0, 1, 2, 3, 4, 5, 16, 17, 18, 36, 38, 39])), "\n";
var_dump(getmypid(), posix_getppid(), posix_getsid(0), posix_getpgrp(), posix_getuid(), posix_getgid(), posix_getgroups(), posix_getpgid(0));
var_dump(umask(), posix_getrlimit(), pcntl_getpriority(), getmyuid(), getmyinode() > 0, get_current_user(), posix_isatty(0), posix_ttyname(0));
