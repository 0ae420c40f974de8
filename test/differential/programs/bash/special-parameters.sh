# What a program knows of itself.
echo "$0 $# [$*] $$ $PPID $BASHPID $SHLVL $- $? [$!] $_"
echo "$BASH $BASH_SOURCE ${BASH_SOURCE[*]} $LINENO ${FUNCNAME[*]} ${BASH_LINENO[*]} $BASH_SUBSHELL $BASH_VERSION"
echo "$UID $EUID ${GROUPS[*]} $HOSTNAME $HOSTTYPE $OSTYPE $MACHTYPE $PWD [$OLDPWD] $HOME $OPTIND $OPTERR ${DIRSTACK[*]}"
echo "$((SECONDS < 2)) $((EPOCHSECONDS > 1600000000)) [${IFS@Q}] [$PS4] ${PIPESTATUS[*]} ${BASH_VERSINFO[*]}"
echo "~age-seconds $SECONDS"
( echo "in a subshell: $$ $BASHPID $BASH_SUBSHELL $PPID $SHLVL" )
bash -c 'echo "in a child: $0 $PPID $SHLVL $-"'
