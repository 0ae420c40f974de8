echo "$RANDOM-$RANDOM-$RANDOM-$RANDOM $SRANDOM-$SRANDOM"
(echo "$RANDOM-$RANDOM-$RANDOM-$RANDOM")
echo "$(shuf -i 1-100000 -n 4 | tr '\n' -) $(od -An -N16 -tx1 /dev/urandom | tr -d ' ') $(mktemp) $(mktemp -u XXXXXXXXXX)"
bash -c 'echo "$RANDOM-$RANDOM-$RANDOM-$RANDOM"'
