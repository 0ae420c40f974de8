<?php
register_shutdown_function(fn () => print('shutdown of ' . (getmypid() === 2 ? 'main' : 'a child') . "\n"));
$pid = pcntl_fork();
if ($pid === 0) {
    echo "child of ", posix_getppid(), "\n";
    exit(5);
}
pcntl_waitpid($pid, $status);
var_dump(pcntl_wexitstatus($status), $pid - getmypid(), pcntl_waitpid(-1, $status), pcntl_get_last_error());
$pid = pcntl_fork();
if ($pid === 0) posix_kill(getmypid(), SIGKILL);
pcntl_wait($status);
var_dump(pcntl_wifsignaled($status), pcntl_wtermsig($status));
pcntl_exec('/bin/sh', ['-c', 'echo executed as $$ with $TEST'], ['TEST' => 'x']);
