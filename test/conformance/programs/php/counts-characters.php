<?php

echo mb_strlen(rtrim(fgets(STDIN))), "\n";
