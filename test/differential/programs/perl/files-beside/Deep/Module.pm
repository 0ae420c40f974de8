package Deep::Module;
sub where { __FILE__ }
sub fail { die "in the module" }
1;
