set -u
f() { g "$@"; }
g() { caller; caller 0; caller 1; echo "${FUNCNAME[@]} ${BASH_LINENO[@]} ${BASH_SOURCE[@]}"; local x=$nothing; }
f 1
