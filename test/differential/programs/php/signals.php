<?php
pcntl_async_signals(true);
for ($number = 1; $number < 32; $number++) echo $number, ' ', json_encode(pcntl_signal_get_handler($number)), "\n";
pcntl_signal(SIGUSR1, function (int $number, $info) { echo "caught $number ", json_encode($info['code'] ?? null), "\n"; });
posix_kill(getmypid(), SIGUSR1);
pcntl_signal(SIGALRM, fn () => print("alarm\n"));
pcntl_alarm(1);
pcntl_sigprocmask(SIG_BLOCK, [], $old);
var_dump($old, pcntl_alarm(0), pcntl_unshare(0));
posix_kill(getmypid(), SIGTERM);
echo "never printed\n";
