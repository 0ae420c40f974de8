sleep 5 & first=$!
sleep 5 & second=$!
jobs -l | sed -E 's/ [0-9]+ / pid /'
echo $((second - first))
kill %1 $second
wait $first
echo $?
wait
echo $?
(exit 3) & wait $!
echo $?
wait 99999
echo $?
fg
set -m
sleep 0.01 & wait
echo "$- $?"
coproc { read -r line; echo "coprocess got $line"; }
echo something >&"${COPROC[1]}"
read -r answer <&"${COPROC[0]}"
echo "$answer"
disown -a
