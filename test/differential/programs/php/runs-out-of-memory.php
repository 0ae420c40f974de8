<?php
ini_set('memory_limit', '4M');
register_shutdown_function(function () { echo "shutdown\n"; });
$text = str_repeat('x', 10_000_000);
