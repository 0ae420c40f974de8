echo "depth ${depth:=0} ${BASH_SOURCE[*]} $0 $LINENO ${#BASH_SOURCE[@]}"
[ $((depth++)) -lt 2 ] && . "$0"
echo 'echo "part: ${BASH_SOURCE[0]} $1"; return 4' > part.sh
source ./part.sh argument
echo $?
eval 'echo $LINENO'
