use strict;
use warnings;

my @outputs;
for my $factor (1 .. 4) {
    my $worker = open(my $output, '-|') // die "fork: $!";
    if ($worker == 0) {
        my $sum = 0;
        $sum += $factor * $_ for 1 .. 1000;
        print $sum;
        exit;
    }
    push @outputs, $output;
}
my $total = 0;
$total += <$_> for @outputs;
print "$total\n";
