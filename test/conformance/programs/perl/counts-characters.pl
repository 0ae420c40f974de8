use open qw(:std :locale);

chomp(my $line = <STDIN>);
print length($line), "\n";
