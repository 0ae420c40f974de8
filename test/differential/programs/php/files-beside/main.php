<?php
require 'lib/functions.php';
require_once __DIR__ . '/lib/functions.once.php';
spl_autoload_register(fn ($name) => include "lib/$name.php");
print_r([where(), get_included_files(), scandir('.'), file('data.txt')]);
(new Thing)->fail();
