yes | head -1
echo "${PIPESTATUS[@]}"
set -o pipefail
yes | head -1
echo $?
trap
echo a | tr a b | { read -r x; echo "$x $BASHPID" > /dev/null; echo "$x"; }
echo "[$x]"
shopt -s lastpipe
echo a | read -r x
echo "[$x]"
exec 3>&1 4>&2
echo three >&3
echo four >&4
{ echo out; echo err >&2; } 2>&1 >/dev/null | cat
