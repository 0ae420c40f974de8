puts "after a mark", __LINE__, __ENCODING__
raise "x"
