<?php
echo mb_strlen('blåbær'), ' ', json_encode(['é' => 1.0]), ' ', preg_match('/^\p{L}+$/u', 'é'), ' ', hash('sha256', ''), "\n";
echo iconv('UTF-8', 'ISO-8859-1//TRANSLIT', 'é') === "\xe9" ? 'iconv' : 'no', ' ', ctype_alpha('a'), ' ', bin2hex(gzcompress('x')), "\n";
echo (new DateTime('2000-01-01', new DateTimeZone('Europe/Oslo')))->format(DATE_ATOM), ' ', str_pad(decbin(5), 8, '0'), "\n";
var_dump(function_exists('opcache_get_status') ? @opcache_get_status() : null, extension_loaded('Zend OPcache'));
var_dump(spl_object_id(new stdClass), spl_autoload_functions(), serialize([1, 'a' => null]), PHP_INT_MAX, M_PI);
mt_srand(5);
echo mt_rand(), ' ', rand(), ' ', mt_getrandmax(), ' ', password_verify('x', password_hash('x', PASSWORD_BCRYPT, ['cost' => 4])) ? 'verified' : 'no', "\n";
