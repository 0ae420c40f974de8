use strict;
print "never printed\n";
my $x = $undeclared + 1;
sub { ;
