down() { (($1)) && down $(($1 - 1)) || echo "at the bottom: ${#FUNCNAME[@]}"; }
down 400
FUNCNEST=10
down 20
echo $?
