<?php
ob_start(fn ($text) => strtoupper($text));
echo "buffered\n";
fwrite(STDOUT, "written at once\n");
file_put_contents('php://stderr', "to stderr\n");
file_put_contents('php://output', "to output\n");
ob_end_flush();
print("\0\xff\xfe binary\n");
fprintf(STDERR, "%05.1f\n", 3.14159);
var_dump(ob_get_level(), headers_sent(), http_response_code(), headers_list());
header('X-Header: of no use');
passthru('echo of a child');
echo 'without newline';
