print "[$ENV{GREETING}]\n";
print "[$ENV{EMPTY}]\n";
