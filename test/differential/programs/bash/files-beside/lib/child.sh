read -r line; echo "$0 $1 $line $PPID"
