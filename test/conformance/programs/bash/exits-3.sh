echo before
echo "to stderr" >&2
exit 3
