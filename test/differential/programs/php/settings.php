<?php
print_r(ini_get_all(null, false));
print_r(get_loaded_extensions());
print_r(stream_get_wrappers());
print_r(stream_get_transports());
print_r(error_reporting() . ' ' . get_include_path() . ' ' . sys_get_temp_dir() . ' ' . set_time_limit(0));
print_r(gc_status()['runs']);
print_r(array_keys(get_defined_constants(true)));
print_r(count(get_defined_functions()['internal']) . ' ' . count(get_declared_classes()));
