<?php
echo filesize(__FILE__), ' ', md5_file(__FILE__), ' ', file(__FILE__)[1];
file_put_contents(__FILE__, '<?php echo "written over, ", __LINE__, "\n";');
include __FILE__;
highlight_string('<?php echo 1;');
