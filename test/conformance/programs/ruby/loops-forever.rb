$stdout.sync = true
puts "started"
loop {}
