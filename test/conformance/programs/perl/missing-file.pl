open(my $file, '<', 'missing.txt') or print $!{ENOENT} ? "caught\n" : "$!\n";
