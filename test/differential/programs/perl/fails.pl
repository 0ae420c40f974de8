package Deep;
use Carp;
sub first { second(@_, 2) }
sub second { Carp::cluck("a trace"); die { code => 3 } if 0; Carp::confess("no good: $_[0]") }
package main;
print "before\n";
eval { Deep::first("caught") };
print "error: $@";
warn "a warning";
$! = 0;
Deep::first("not caught");
