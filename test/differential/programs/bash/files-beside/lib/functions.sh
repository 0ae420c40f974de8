echo "sourced with $# ${BASH_SOURCE[*]}"
where() { echo "${BASH_SOURCE[*]} ${FUNCNAME[*]} ${BASH_LINENO[*]} $0"; }
