<?php
register_shutdown_function(fn () => print(json_encode(error_get_last()) . "\n"));
set_error_handler(function (int $number, string $text, string $file, int $line) { echo "$number $text $file $line\n"; return true; });
echo $undefined, 1 <=> [], "\n";
trigger_error('of the user', E_USER_WARNING);
restore_error_handler();
echo $undefined;
trigger_error('deprecated', E_USER_DEPRECATED);
missing_function();
