print -t STDIN ? "terminal" : "no terminal", " ", -p STDIN ? "pipe" : "no pipe", " ", fileno(STDIN), "\n";
my $line = <STDIN>;
chomp $line;
print "[$line] $.\n";
print "[", getc(STDIN), "]\n";
while (<>) { print "$.: $_" }
print eof(STDIN) ? "end" : "more", " ", defined(<STDIN>) ? "more" : "none", "\n";
