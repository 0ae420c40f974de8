puts "[#{ENV.fetch("GREETING")}]"
puts "[#{ENV.fetch("EMPTY")}]"
