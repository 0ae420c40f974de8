$stdout.puts "x" * 100_000
3.times { |i| STDERR.write "e" * 70_000 }
