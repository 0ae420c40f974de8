<?php
echo "before\n";
echo shell_exec('ulimit -c');
posix_kill(getmypid(), SIGABRT);
