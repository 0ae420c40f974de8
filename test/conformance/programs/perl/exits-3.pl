print "before\n";
print STDERR "to stderr\n";
exit 3;
