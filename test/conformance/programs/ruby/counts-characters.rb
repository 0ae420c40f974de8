puts gets.chomp.length
