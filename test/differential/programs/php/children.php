<?php
// Children are not the gate's business.
$code = 'echo json_encode([$argv, getenv("LD_PRELOAD"), getenv("MILLRACE_GATE"), substr_count(file_get_contents("/proc/self/maps"), "gate"), posix_getppid(), scandir("/proc/self/fd")]), "\n";';
$process = proc_open([PHP_BINARY, '-c', '/dev/null', '-r', $code, 'argument'], [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes);
var_dump(stream_get_contents($pipes[1]), stream_get_contents($pipes[2]), proc_close($process));
exec('cat; echo $0 $PPID; grep -c gate /proc/self/maps; exit 3', $lines, $status);
var_dump($lines, $status, shell_exec('bash -c "ulimit -a; trap -p; umask"'), `echo backtick`);
var_dump(pclose(popen('exit 5', 'r')), system('kill -9 $$', $status), $status);
