<?php

$held = str_repeat("x", 32 << 20);
echo strlen($held) > 0 ? "held\n" : "lost\n";
