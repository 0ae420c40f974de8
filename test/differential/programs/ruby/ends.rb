# What runs at the end, and in which order.
at_exit { puts "first registered"; p $!, $?.inspect }
at_exit { puts "second registered"; at_exit { puts "nested" } }
END { puts "END block" }
BEGIN { puts "BEGIN block" }
ObjectSpace.define_finalizer(Object.new, proc { puts "finalized" })
trap("EXIT") { puts "trap EXIT" }
Thread.new { sleep }
$stdout.write("no newline")
$stderr.write("error without newline")
exit 7
