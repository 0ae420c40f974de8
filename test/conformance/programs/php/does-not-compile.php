<?php

echo "before\n";
$total = = 1; // HERE
echo $total;
