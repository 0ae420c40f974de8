<?php

echo mt_rand(), "\n";
