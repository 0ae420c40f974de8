<?php

require "shapes/square.php";

echo Shapes\area(7), "\n";
