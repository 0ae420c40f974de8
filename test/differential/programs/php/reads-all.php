<?php
$input = file('php://stdin', FILE_IGNORE_NEW_LINES);
var_dump(count($input), array_map('strlen', $input), stream_select_of(STDIN));
function stream_select_of($stream) {
    $read = [$stream];
    $write = $except = null;
    return stream_select($read, $write, $except, 1);
}
