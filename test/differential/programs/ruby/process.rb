# What the kernel tells of the process.
puts File.read("/proc/self/status")
%w[cmdline comm cgroup limits environ oom_score_adj coredump_filter personality setgroups timerslack_ns cpuset].each do |name|
  p [name, File.binread("/proc/self/#{name}")]
end
%w[exe cwd root].each { |name| p [name, File.readlink("/proc/self/#{name}")] }
fields = File.read("/proc/self/stat").rpartition(")").last.split
p fields.values_at(0, 1, 2, 3, 4, 5, 15, 16, 17, 35, 37, 38)
p File.binread("/proc/self/auxv").unpack("Q*").each_slice(2).select { |key, _| [6, 11, 12, 13, 14, 17, 23].include?(key) }
p Process.pid, Process.ppid, Process.uid, Process.euid, Process.gid, Process.groups, Process.getpriority(Process::PRIO_PROCESS, 0)
p Process.getrlimit(:STACK), Process.getrlimit(:NOFILE), Process.getrlimit(:AS), Process.getrlimit(:CORE)
p File.umask, Dir.pwd
p File.read("/proc/self/timers").sub(%r{/\h+$}, "")
