package Problem { use overload '""' => sub { "a problem of " . $_[0]{code} . "\n" } }
$! = 0;
$? = 5 << 8;
die bless { code => 9 }, "Problem";
