<?php
echo trim(fgets(STDIN)), "|\n";
var_dump(fscanf(STDIN, '%s %s'));
foreach (new SplFileObject('php://stdin') as $number => $line) {
    echo $number, ': ', json_encode($line), "\n";
}
