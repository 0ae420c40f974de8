IO.popen("head -c 10", "w") { |io| 100_000.times { io.puts "line" } } rescue p $!.class
p $?.exitstatus
