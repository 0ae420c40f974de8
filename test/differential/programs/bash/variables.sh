# All of them, but for those that count or draw lots.
compgen -v
declare -x
declare -p | grep -vE 'BASHPID|RANDOM|SRANDOM|EPOCH|SECONDS|_='
declare -F
set | grep -c .
