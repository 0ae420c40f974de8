f() { local i; for ((i = 0; i < 1000; i++)); do :; done; }
f
times > used
[[ $(< used) =~ ^0m0\.[0-9]{3}s ]] && echo "little was used"
TIMEFORMAT='~cpu-seconds %U'
time f
echo "~age-seconds $SECONDS"
SECONDS=100
echo $SECONDS
