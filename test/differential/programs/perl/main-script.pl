# What a program knows of itself.
print "$0 @ARGV ", scalar(@ARGV), " ", __FILE__, " ", __LINE__, " ", __PACKAGE__, " $^X $] $^V $^O\n";
print join(" ", map { defined $_ ? $_ : "undef" } caller(0), caller), "\n";
print join("\n", map { "$_=$INC{$_}" } sort keys %INC), "\n", join("\n", @INC), "\n";
print join(" ", sort grep { !/^_</ } keys %main::), "\n";
print join(" ", grep { /^_</ } sort keys %main::), "\n";
