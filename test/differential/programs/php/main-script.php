<?php
// What a program knows of itself.
var_dump($argv, $argc, $_SERVER['argv'] === $argv, $_SERVER['SCRIPT_NAME'], $_SERVER['SCRIPT_FILENAME'], $_SERVER['PHP_SELF']);
var_dump(__FILE__, __DIR__, __LINE__, get_included_files(), getcwd(), php_sapi_name(), PHP_SAPI, PHP_BINARY);
var_dump($_SERVER['PATH_TRANSLATED'], $_SERVER['DOCUMENT_ROOT'], array_keys($_SERVER), array_keys($GLOBALS));
var_dump(PHP_VERSION, PHP_OS, php_uname('n'), php_ini_loaded_file(), php_ini_scanned_files(), cli_get_process_title());
