$stdin.each_line(chomp: true).with_index(1) do |line, number|
  puts "#{number}: #{line}"
end
