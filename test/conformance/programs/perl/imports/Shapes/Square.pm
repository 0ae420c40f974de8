package Shapes::Square;

use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(area);

sub area {
    my ($side) = @_;
    return $side * $side;
}

1;
