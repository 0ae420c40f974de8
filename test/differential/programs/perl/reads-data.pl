use strict;
print "line: $_" while <DATA>;
print eof(DATA) ? "at its end\n" : "more\n";
seek DATA, 0, 0;
print scalar(<DATA>), tell(DATA), "\n";
__END__
first of the data
second, é
last
