<?php

if (@file_get_contents("missing.txt") === false) {
    echo "caught\n";
}
