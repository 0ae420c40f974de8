puts "before"
total = = 1 # HERE
puts total
