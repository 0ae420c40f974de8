# What is open, of which kind, and what numbers come next.
Dir.children("/proc/self/fd").map(&:to_i).sort.each do |fd|
  link = File.readlink("/proc/self/fd/#{fd}").sub(/\d{3,}/, "N") rescue next
  flags = File.read("/proc/self/fdinfo/#{fd}").lines.first(2) rescue nil
  p [fd, link, flags]
end
p File.open(__FILE__).fileno, IO.pipe.map(&:fileno)
p $stdin.stat.ftype, $stdout.stat.ftype, $stderr.stat.pipe?, $stdin.tty?, $stdin.fileno
p $stdin.inspect, $stdout.inspect, STDERR.inspect
p IO.for_fd(5, autoclose: false).closed? rescue p $!.class
