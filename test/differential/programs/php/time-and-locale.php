<?php
date_default_timezone_set(date_default_timezone_get());
var_dump(date_default_timezone_get(), date('c', 0), setlocale(LC_ALL, 0), setlocale(LC_ALL, ''), localeconv()['decimal_point'], mb_internal_encoding());
var_dump(strtoupper('é'), mb_strtoupper('é'), getenv('TZ'), date('T'));
echo '~age-seconds ', microtime(true) - $_SERVER['REQUEST_TIME_FLOAT'], "\n";
echo '~age-seconds ', time() - $_SERVER['REQUEST_TIME'], "\n";
