<?php

namespace Shapes;

function area(int $side): int
{
    return $side * $side;
}
