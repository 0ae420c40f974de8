# Children by every way: fork, spawn, a shell, a pipe; and Ruby itself again.
pid = fork { puts "child #{$$ != Process.ppid} #{rand.class} #{Thread.list.size}"; $stdout.flush; exit! 4 }
Process.wait(pid)
p $?.exitstatus, $?.pid == pid
p `echo hello; exit 3`, $?.exitstatus, system("exit 2"), $?.to_i
p IO.popen(["cat"], "r+") { |io| io.write "through cat"; io.close_write; io.read }
reader, writer = IO.pipe
Process.wait(spawn("echo spawned; ls /proc/self/fd", out: writer, close_others: true))
writer.close
puts reader.read
p Process.wait2(fork { raise "in a child" })[1].exitstatus
p `#{RbConfig.ruby} -e 'p $0, ARGV, Process.pid > 1, ENV.key?("LD_PRELOAD")' one two`
require "open3"
p Open3.capture3("sort -r; echo e >&2", stdin_data: "a\nb\n").first(2)
pid = fork { at_exit { puts "child's end" } }
Process.waitall # before anything is printed: which of the two would be first is chance
p pid.class
p Process.getpgrp == Process.pid, Process.getsid == Process.pid
p Process.detach(fork { exit 9 }).value.exitstatus
