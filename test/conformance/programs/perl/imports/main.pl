use Shapes::Square qw(area);

print area(7), "\n";
