open my $file, "<", "missing" or warn "cannot open: $!";
$! = 0;
$? = 0;
open $file, "<", "missing" or die "cannot open: $!\n";
