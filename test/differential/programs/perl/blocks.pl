print "main\n";
BEGIN { print "begin ${^GLOBAL_PHASE}\n" }
UNITCHECK { print "unitcheck\n" }
CHECK { print "check ${^GLOBAL_PHASE}\n" }
INIT { print "init ${^GLOBAL_PHASE}\n" }
END { print "end ${^GLOBAL_PHASE} $?\n"; $? = 6 }
package Thing { sub new { bless {}, shift } sub DESTROY { print "destroyed ${^GLOBAL_PHASE}\n" } }
our $thing = Thing->new;
{ my $inner = Thing->new; }
exit 5;
