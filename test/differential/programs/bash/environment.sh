env
echo "[$LD_PRELOAD] [$MILLRACE_GATE]"
export ADDED=1
unset LANG
env | sort
env -i /usr/bin/env
( unset HOME; echo ~ )
command -v env printf cd
type -a echo
