require "tempfile"

File.write("notes.txt", "blåbær\n")
print File.read("notes.txt")
Tempfile.create do |scratch|
  scratch.puts "temporary"
  scratch.rewind
  print scratch.read
end
