print "$_=$ENV{$_}\n" for sort keys %ENV;
open my $file, "<", "/proc/self/environ";
print map { tr/\0/|/r } <$file>;
$ENV{ADDED} = 1;
delete $ENV{LANG};
print "\n", `env | sort`;
%ENV = ();
print "[", `/usr/bin/env`, "]\n";
