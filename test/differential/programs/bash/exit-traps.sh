trap 'echo "exit $? at $LINENO"' EXIT
trap 'echo "error at $LINENO"' ERR
trap 'echo "debug $BASH_COMMAND"' DEBUG
f() { trap 'echo returned' RETURN; false; }
f
trap - DEBUG
trap -p
set -e
echo before
false
echo never printed
