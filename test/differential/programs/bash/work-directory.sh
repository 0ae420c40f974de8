pwd
pwd -P
ls -la . | awk 'NR > 1 { print $1, $3, $4, $NF }' | sort
ls -A /tmp /dev/shm
stat -c '%a %u %g %s %h %F' main.sh . /tmp
echo "~age-seconds $(($(date +%s) - $(stat -c %Y main.sh)))"
echo x > made; stat -c '%a %u' made
cd /tmp && echo "$PWD $OLDPWD" && cd - && cd .. && pwd
echo *.sh
df --output=target,size,itotal /box
