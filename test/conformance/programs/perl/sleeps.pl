use Time::HiRes qw(sleep);

sleep 0.4;
print "slept\n";
