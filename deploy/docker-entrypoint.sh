#!/bin/sh
# What a container does before it becomes `millrace serve`, or a worker. Docker and Kubernetes show control groups read-only
# even to a root that may mount, and hide parts of /proc. Below its groups the server makes those of its boxes, and on version 2
# one for itself, for it must not stand in their way; boxes have a /proc of their own only where none of this one is hidden.
# What may not be done here, the server says that it needs.
set -eu

for hierarchy in $(sed -n 's/^[^-]* \(\/sys\/fs\/cgroup[^ ]*\) .* - cgroup2\{0,1\} .*/\1/p' /proc/self/mountinfo); do
  [ -w "$hierarchy" ] || mount -o remount,bind,rw "$hierarchy" 2>/dev/null || true
done
# The latest first: one may lie on another.
for hidden in $(sed -n 's/^\([^ ]* \)\{4\}\(\/proc\/[^ ]*\) .*/\2/p' /proc/self/mountinfo | sort -r); do
  umount "$hidden" 2>/dev/null || true
done
exec "$@"
