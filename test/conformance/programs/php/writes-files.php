<?php

file_put_contents("notes.txt", "blåbær\n");
echo file_get_contents("notes.txt");
$scratch = tempnam(sys_get_temp_dir(), "scratch");
file_put_contents($scratch, "temporary\n");
echo file_get_contents($scratch);
