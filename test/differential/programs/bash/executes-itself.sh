echo "$0 $$ $# $SHLVL ${STEP:-first}"
case ${STEP:-first} in
  first) STEP=second exec "$BASH" "$0" argument ;;
  second) STEP=third exec "$(readlink /proc/$$/exe)" ./main.sh ;;
esac
