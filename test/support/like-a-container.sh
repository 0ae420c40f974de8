#!/bin/sh
# Becomes the command in surroundings like those that Docker makes, for a root that is in a control group of its own:
#
#   unshare --cgroup --mount --pid --fork --ipc --uts like-a-container.sh MASKED CAPABILITIES COMMAND...
#
# MASKED: yes for a /proc as Docker leaves it, no for --security-opt systempaths=unconfined.
# CAPABILITIES: what it keeps, like chown,kill.
set -eu
masked=$1
capabilities=$2
shift 2

mount --make-rprivate /
mount -t proc -o nosuid,nodev,noexec proc /proc

# Its own control group is the root of all that it sees. Nothing of /sys can be written.
sed -n 's/^[^-]* \(\/sys\/fs\/cgroup[^ ]*\) .* - \(cgroup2\{0,1\}\) [^ ]* \(.*\)/\1 \2 \3/p' /proc/self/mountinfo |
  while read -r hierarchy type options; do
    umount "$hierarchy"
    mount -t "$type" -o "$(printf %s "$options" | sed 's/^r[ow],\{0,1\}//')" cgroup "$hierarchy"
    mount -o remount,bind,ro "$hierarchy"
  done
mount -o remount,bind,ro /sys
mount -t tmpfs -o mode=755 tmpfs /run

if [ "$masked" = yes ]; then
  mount --bind /dev/null /proc/keys
  mount --bind /proc/sys /proc/sys
  mount -o remount,bind,ro /proc/sys
fi
exec setpriv --bounding-set="-all$(printf ',%s' "$capabilities" | sed 's/,/,+/g')" "$@"
