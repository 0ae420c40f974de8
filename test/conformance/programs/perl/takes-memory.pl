my @taken;
push @taken, 'x' x 1_048_576 . @taken while 1;
