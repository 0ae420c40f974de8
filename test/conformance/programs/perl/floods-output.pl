for (my $number = 1; ; $number++) {
    print "$number\n";
}
