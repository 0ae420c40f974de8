set -o
shopt
shopt -o
echo "$SHELLOPTS"
echo "$BASHOPTS"
enable
alias
trap
trap -p
hash
jobs
bind -V 2>&1 | head -3
