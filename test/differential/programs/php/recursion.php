<?php
function down(int $depth): int { return $depth === 0 ? 0 : 1 + down($depth - 1); }
echo down(50_000), "\n";
function through_c(int $depth): int { return $depth === 0 ? 0 : 1 + array_map('through_c', [$depth - 1])[0]; }
echo through_c(20_000), "\n";
function forever() { forever(); }
ini_set('memory_limit', '32M');
forever();
