readarray -t lines
echo "${#lines[@]} ${lines[1]@Q} ${lines[3]@Q}"
read -t 0
echo $?
