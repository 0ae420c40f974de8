<?php

foreach (range(0, 255) as $byte) {
    echo chr($byte);
}
