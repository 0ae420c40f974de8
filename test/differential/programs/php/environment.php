<?php
var_dump(getenv(), $_ENV, getenv('HOME'), getenv('LD_PRELOAD'), strtr(file_get_contents('/proc/self/environ'), "\0", '|'));
putenv('ADDED=1');
putenv('LANG');
echo shell_exec('env | sort');
print_r(array_filter($_SERVER, fn ($value, $key) => strtoupper($key) === $key && is_string($value), ARRAY_FILTER_USE_BOTH));
