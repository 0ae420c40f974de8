ENV.each { |pair| p pair }
p ENV["LD_PRELOAD"], ENV.size, `env`.lines.sort, ENV.fetch("HOME")
ENV["A"] = "1"
ENV.delete("LANG")
p `env`.lines.sort
p File.binread("/proc/self/environ").split("\0")
p File.binread("/proc/self/cmdline"), File.read("/proc/self/comm")
$0 = "another name that is longer than what was there before it"
p $0, __FILE__, File.binread("/proc/self/cmdline").delete("\0")
