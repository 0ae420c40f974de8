<?php
$names = array_diff(scandir('/proc/self/fd'), ['.', '..']);
sort($names, SORT_NUMERIC);
foreach ($names as $name) {
    $link = @readlink("/proc/self/fd/$name");
    $info = @file("/proc/self/fdinfo/$name") ?: [];
    echo $name, ' ', $link === false ? 'gone' : explode(':', $link)[0], ' ', json_encode(preg_grep('/^(pos|flags)/', $info)), "\n";
}
