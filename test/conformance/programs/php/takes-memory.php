<?php

$taken = [];
while (true) {
    $taken[] = str_repeat("x", 1 << 20);
}
