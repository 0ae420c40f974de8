use File::Temp qw(tempfile tempdir);
use List::Util qw(shuffle);
open my $random, "<", "/dev/urandom";
read $random, my $bytes, 16;
print rand, " ", join("", map { int rand 1e6 } 1 .. 3), " ", unpack("H*", $bytes), "\n";
print join("", shuffle "a" .. "z"), " ", (tempfile)[1], " ", tempdir, "\n";
my %hash = map { $_ => 1 } "a" .. "z";
print join("", keys %hash), "\n";
