puts Time.at(0).strftime("%Y-%m-%d %H:%M:%S")
puts Time.now.to_i
