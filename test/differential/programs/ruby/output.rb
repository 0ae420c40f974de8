# Order and bytes of what is written.
$stdout.binmode
$stdout.write [0, 255, 10, 13, 128].pack("C*")
$stdout << "a" << 1 << nil << "\n"
$stderr.puts "error"
print "x", "y", "\n"
putc 65
puts [1, [2, [nil]]], []
p
p 1, 2
pp({ a: { b: [1] * 40 } })
printf("%05.1f|%-4s|%x\n", 3.14159, "é", 255)
display
$stdout.syswrite("sys\n")
system("echo from a child")
puts "after"
STDOUT.reopen(STDERR)
puts "to the other"
