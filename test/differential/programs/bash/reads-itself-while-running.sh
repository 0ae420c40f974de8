wc -l < "$0"
cat "$0" | head -2
echo 'echo "a line that the script added to itself"' >> "$0"
echo "last but one"
