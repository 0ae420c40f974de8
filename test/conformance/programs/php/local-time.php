<?php

echo date("Y-m-d H:i:s", 0), "\n";
echo time(), "\n";
