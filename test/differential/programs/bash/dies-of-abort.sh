ulimit -c
bash -c 'kill -SEGV $$'
echo $?
ls
kill -ABRT $$
