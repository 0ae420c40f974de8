<?php
function first($value) { return second([$value]); }
function second(array $values) { throw new DomainException("no good: {$values[0]}", 7, new LogicException('its cause')); }
register_shutdown_function(function () { echo "shutdown ", json_encode(error_get_last()), "\n"; });
echo "before\n";
first(0);
