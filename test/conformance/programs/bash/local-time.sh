date -d @0 '+%F %T'
date +%s
