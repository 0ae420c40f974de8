open(my $child, '|-', 'cat') or die "cat: $!";
print $child "through a child\n";
close $child or die "cat: $!";
