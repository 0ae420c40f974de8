<?php

function descend(int $depth): int
{
    return 1 + descend($depth + 1);
}

echo descend(0), "\n";
