<?php
ob_start();
echo "in a buffer that the exit flushes\n";
fwrite(STDERR, "before\n");
exit(300);
