print "before\n";
$! = 2;
eval { exit 7 };
print "never printed\n";
