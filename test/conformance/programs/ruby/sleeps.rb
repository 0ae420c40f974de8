sleep 0.4
puts "slept"
