begin
  File.read("missing.txt")
rescue Errno::ENOENT
  puts "caught"
end
