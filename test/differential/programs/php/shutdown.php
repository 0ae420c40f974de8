<?php
class Thing { public function __construct(private string $name) {} public function __destruct() { echo "{$this->name} destroyed\n"; } }
$thing = new Thing('global');
function scope() { $inner = new Thing('inner'); echo "in scope\n"; }
scope();
register_shutdown_function(function (...$args) { echo 'shutdown ', implode(',', $args), "\n"; exit(4); }, 1, 2);
register_shutdown_function(fn () => print("never, for the first one exits\n"));
echo "main ends\n";
exit('a text, and status 0');
