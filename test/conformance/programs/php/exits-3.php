<?php

echo "before\n";
fwrite(STDERR, "to stderr\n");
exit(3);
