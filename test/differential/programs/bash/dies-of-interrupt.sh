trap 'echo "the exit trap runs"' EXIT
echo before
kill -INT $$
echo never printed
