IO.popen("cat", "w") { |child| child.puts "through a child" }
