<?php
var_dump(cli_set_process_title(str_repeat('a long title ', 3)), cli_get_process_title());
var_dump(strlen(rtrim(file_get_contents('/proc/self/cmdline'), "\0")), explode("\0", trim(file_get_contents('/proc/self/environ'), "\0")));
