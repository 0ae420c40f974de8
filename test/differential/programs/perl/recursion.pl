no warnings "recursion";
sub down { my $depth = shift; $depth ? 1 + down($depth - 1) : 0 }
print down(20_000), "\n";
my $nested = "x";
$nested = "($nested)" for 1 .. 900;
our $recursive = qr/(\((?:[^()]++|(?1))*\))/;
print length(($nested =~ $recursive)[0]), "\n";
my $list = [];
$list = [$list] for 1 .. 50_000;
undef $list;
print sort({ $b <=> $a } 3, 1, 2), "\n";
