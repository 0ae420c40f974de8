(exit 300); echo $?
exec 2>&1
set -x
f() { return 7; }
f || exit
