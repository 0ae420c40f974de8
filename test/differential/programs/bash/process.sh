# What the kernel tells of the process: by built-in commands, so that it is this one.
while IFS= read -r line; do echo "$line"; done < /proc/self/status
for name in comm cgroup limits oom_score_adj timerslack_ns coredump_filter loginuid; do
  while IFS= read -r line; do echo "$name $line"; done < /proc/self/$name
done
mapfile -d '' arguments < /proc/self/cmdline
mapfile -d '' environment < /proc/self/environ
echo "${arguments[@]@Q} ${environment[@]@Q}"
read -r stat < /proc/self/stat
fields=(${stat#*) })
echo "${stat%%)*} ${fields[@]:0:6} ${fields[@]:15:3} ${fields[35]} ${fields[37]} ${fields[38]}"
for name in exe cwd root; do echo "$name $(readlink /proc/$$/$name)"; done
while IFS= read -r line; do echo "${line#* * * }"; done < /proc/self/mountinfo
