trap -l
trap 'echo caught USR1' USR1
trap 'echo caught TERM; exit 9' TERM
trap '' HUP
kill -USR1 $$
kill -HUP $$
(trap; kill -HUP $BASHPID; echo "a subshell ignores it too")
bash -c 'trap -p; kill -HUP $$; echo "so does a child"'
sleep 5 & kill $!; wait $!
echo $?
kill -TERM $$
echo never printed
