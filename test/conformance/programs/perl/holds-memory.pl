my $size = 32 << 20;
my $held = 'x' x $size;
print length($held) == $size ? "held\n" : "lost\n";
