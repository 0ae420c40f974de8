STDOUT.close
puts "closed"
