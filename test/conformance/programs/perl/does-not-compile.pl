use strict;

print "before\n";
$total = 1;    # HERE
print "$total\n";
