at_exit { puts "never" }
$stdout.print "not flushed? "
exit! 3
