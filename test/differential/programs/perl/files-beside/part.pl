print "part ", __FILE__, "\n"; 1;
