# Handlers run, while main waits too, and their defaults are there.
%w[INT TERM HUP USR1 USR2 CHLD PIPE ALRM QUIT VTALRM].each do |name|
  before = trap(name, "DEFAULT")
  p [name, before]
rescue ArgumentError => error
  p [name, error.message]
end
got = []
trap("USR1") { got << :usr1 }
trap("CHLD") { got << :chld }
Process.kill("USR1", $$)
sleep 0.001 until got.include?(:usr1)
waiting = Thread.new { Process.kill("USR1", $$) while got.size < 3 && !sleep(0.001).nil? }
sleep 0.001 until got.size >= 3
waiting.join
system("true")
deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 5
sleep 0.001 until got.include?(:chld) || Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
p got.uniq.sort
reader, writer = IO.pipe
trap("TERM") { writer.puts "term" }
Thread.new { sleep 0.01; Process.kill("TERM", $$) }
p reader.gets
begin
  trap("INT", "DEFAULT")
  Process.kill("INT", $$)
  sleep 5
rescue Interrupt => error
  p error.class, error.message, error.signo
end
puts File.read("/proc/self/status")[/^Sig.*^SigCgt[^\n]*/m].lines.grep(/SigBlk|SigIgn/)
