#!/bin/sh
# What an administrator may change is here a copy that goes with this process: accounts, control groups, /run. Says when that is so, and
# stays until its standard input ends.
#
#   unshare --mount --cgroup disposable-host.sh      by root, in a control group of its own
set -eu
mount --make-rprivate /

# Its own control group is the root of all that it sees.
sed -n 's/^[^-]* \(\/sys\/fs\/cgroup[^ ]*\) .* - \(cgroup2\{0,1\}\) [^ ]* \(.*\)/\1 \2 \3/p' /proc/self/mountinfo |
  while read -r hierarchy type options; do
    umount "$hierarchy"
    mount -t "$type" -o "$options" cgroup "$hierarchy"
  done

mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/upper /run/work /run/alice
mount -t overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work overlay /etc

# User 1000 is alice, whoever that is elsewhere, and has nothing.
for file in passwd subuid subgid; do
  touch /etc/$file
  grep -v ':1000:' /etc/$file > /run/$file || true
  cat /run/$file > /etc/$file
done
echo 'alice:x:1000:1000::/run/alice:/bin/sh' >> /etc/passwd
sed -i '/^alice:/d' /etc/subuid /etc/subgid
chown 1000:1000 /run/alice
echo ready
read -r _ || true
