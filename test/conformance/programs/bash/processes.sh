echo "through a child" | cat
