test -t 0 && echo terminal || echo no terminal
test -p /dev/stdin && echo pipe
read -r first
read -r -n 3 three
read -r -d 'é' until
echo "[$first] [$three] [$until]"
while IFS= read -r line; do echo "<$line>"; done
echo "rest <$line> $?"
read -r again
echo "$? [$again] [$(cat)]"
