<?php
echo bin2hex(random_bytes(16)), ' ', random_int(0, PHP_INT_MAX), ' ', mt_rand() . mt_rand(), ' ', lcg_value(), ' ', uniqid('', true), "\n";
echo str_shuffle('abcdefghijklmnopqrstuvwxyz'), ' ', implode(array_rand(range(0, 999), 20)), ' ', password_hash('x', PASSWORD_BCRYPT, ['cost' => 4]), "\n";
echo tempnam('', 'x'), ' ', session_create_id(), "\n";
if (function_exists('sodium_crypto_secretbox_keygen')) echo bin2hex(sodium_crypto_secretbox_keygen()), "\n";
if (function_exists('openssl_random_pseudo_bytes')) echo bin2hex(openssl_random_pseudo_bytes(16)), "\n";
