<?php

$gruß = "Hello, wörld ✓ 😀\n";
echo $gruß;
