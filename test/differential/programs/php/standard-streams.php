<?php
foreach (['STDIN' => STDIN, 'STDOUT' => STDOUT, 'STDERR' => STDERR] as $name => $stream) {
    $status = fstat($stream);
    unset($status['ino'], $status[1], $status['dev'], $status[0], $status['atime'], $status['mtime'], $status['ctime']);
    echo $name, ' ', get_resource_id($stream), ' ', json_encode(array_filter($status, 'is_string', ARRAY_FILTER_USE_KEY)), "\n";
    $data = stream_get_meta_data($stream);
    echo json_encode($data), ' ', json_encode(stream_isatty($stream)), "\n";
}
var_dump(fgets(STDIN), fgetc(STDIN), fread(STDIN, 5), ftell(STDIN), @fseek(STDIN, 0));
var_dump(stream_get_contents(STDIN), feof(STDIN), fgets(STDIN), file_get_contents('php://stdin'));
