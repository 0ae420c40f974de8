#!/bin/sh
# What a container does before it becomes `millrace serve`: Docker shows the control groups read-only even to a root that may
# mount. Below them the server makes groups for its boxes, and on version 2 one for itself, for it must not stand in their way.
set -eu

for hierarchy in $(sed -n 's/^[^-]* \(\/sys\/fs\/cgroup[^ ]*\) .* - cgroup2\{0,1\} .*/\1/p' /proc/self/mountinfo); do
  # Where it may not, the server says what it needs.
  [ -w "$hierarchy" ] || mount -o remount,bind,rw "$hierarchy" 2>/dev/null || true
done
exec "$@"
