$0 = "a name that is longer than the command line was at first";
print "$0\n";
open my $file, "<", "/proc/self/cmdline";
print map { tr/\0/|/r } <$file>;
open $file, "<", "/proc/self/comm";
print "\n", <$file>;
print `tr '\\0' '|' < /proc/\$PPID/environ`, "\n";
