<?php

$child = popen("cat", "w");
fwrite($child, "through a child\n");
pclose($child);
