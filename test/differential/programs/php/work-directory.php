<?php
var_dump(getcwd(), scandir('.'), scandir('/tmp'), scandir('/dev/shm'), realpath('main.php'), realpath_cache_size() > 0, array_keys(realpath_cache_get()));
foreach (['.', 'main.php', '/tmp'] as $path) printf("%s %o %d %d %d\n", $path, fileperms($path), fileowner($path), filegroup($path), is_writable($path));
echo '~age-seconds ', microtime(true) - filemtime('main.php'), "\n";
file_put_contents('made', 'x');
printf("%o %d %s\n", fileperms('made'), fileowner('made'), implode(' ', scandir('.')));
$temporary = tempnam('', 'made');
printf("%s %o %s\n", dirname($temporary), fileperms($temporary), get_resource_type(tmpfile()));
