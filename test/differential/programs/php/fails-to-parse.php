<?php
echo "never printed";
function half($x) {
    return $x /
}
