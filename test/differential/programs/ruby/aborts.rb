at_exit { puts "still" }
abort "that is the end"
