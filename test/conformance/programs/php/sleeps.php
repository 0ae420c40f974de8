<?php

usleep(400_000);
echo "slept\n";
