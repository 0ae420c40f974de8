use Helper qw(where);
use Deep::Module;
print where(), " ", Deep::Module->where, "\n", join("\n", map { "$_=$INC{$_}" } grep { !m{^/} } sort keys %INC), "\n";
do "./part.pl" or die;
require "./part.pl";
opendir my $directory, "." or die;
print join(" ", sort readdir $directory), "\n";
Deep::Module->fail;
