<?php

for ($number = 1; ; $number++) {
    echo $number, "\n";
}
