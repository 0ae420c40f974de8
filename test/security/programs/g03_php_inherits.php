<?php // what a PHP that was booted before its program could have kept: rights, descriptors, variables, other processes
$esc = [];
$status = file_get_contents('/proc/self/status');
foreach (['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'] as $set) if (!preg_match("/^$set:\s*0+$/m", $status)) $esc[] = $set;
if (!preg_match('/^Uid:\s1000\s1000\s1000\s1000$/m', $status)) $esc[] = 'uid';
if (!preg_match('/^NoNewPrivs:\s1$/m', $status)) $esc[] = 'new privileges';
if (!preg_match('/^Seccomp:\s2$/m', $status)) $esc[] = 'no filter';
foreach (getenv() as $name => $value) if (preg_match('/CANARY|TOKEN|SECRET|NATS|MILLRACE|LD_PRELOAD/', "$name=$value")) $esc[] = "env $name";
foreach (scandir('/proc/self/fd') as $fd) {
  $to = (int) $fd > 2 ? (string) @readlink("/proc/self/fd/$fd") : '';
  if (preg_match('#^socket:|^/(?!dev/|proc/|box/)|memfd#', $to)) $esc[] = "fd $fd -> $to";
}
foreach (scandir('/proc') as $pid) if (ctype_digit($pid) && (int) $pid !== getmypid() && (string) @file_get_contents("/proc/$pid/environ") !== '') $esc[] = "process $pid";
foreach (['/tmp/host-canary-7f3a.txt', '/etc/shadow', '/proc/1/root/tmp/host-canary-7f3a.txt'] as $path) if (is_readable($path)) $esc[] = $path;
echo $esc === [] ? 'CONTAINED' : 'ESCAPE: ' . implode('; ', $esc), "\n";
