ulimit -a
ulimit -Ha
ulimit -S -n 64
ulimit -n
ulimit -n 1000
echo $?
umask
umask -S
exec 9< /dev/null
head -c 40000000 /dev/zero > large
echo "$? $(stat -c %s large)"
