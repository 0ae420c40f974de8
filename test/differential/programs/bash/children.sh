# Children are not the gate's business.
grep -c gate /proc/self/maps
bash -c 'echo "$0 $# $$ $PPID $SHLVL [$LD_PRELOAD]"; grep -c gate /proc/$$/maps'
python3 -c 'import os; print(sorted(os.environ), os.getppid(), sorted(os.listdir("/proc/self/fd")))'
"$BASH" -c 'ulimit -a; trap; set -o' | md5sum
echo $$ $BASHPID
(exec sh -c 'echo $PPID')
xargs -n1 echo <<< "a b"
find . -name 'main*' | sort
