<?php
file_put_contents('part.php', '<?php return [__FILE__, __LINE__, get_included_files()];');
print_r(include 'part.php');
print_r(require_once __DIR__ . '/part.php');
var_dump(@include 'missing.php');
print_r(get_included_files());
print_r(token_get_all(file_get_contents(__FILE__))[0]);
echo __COMPILER_HALT_OFFSET__, ' ', file_get_contents(__FILE__, false, null, __COMPILER_HALT_OFFSET__);
__halt_compiler(); what comes after
the end
