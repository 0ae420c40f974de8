use Fcntl;
my @status = stat STDIN;
printf "%o %d %d\n", $status[2], $status[4], $status[7];
print defined(sysseek(STDIN, 0, 1)) ? "seekable" : "not seekable: $!", "\n";
sysread STDIN, my $start, 5;
{ local $/ = \7; print "[", scalar(<STDIN>), "]\n"; }
local $/;
print "$start [", <STDIN>, "]\n";
open my $again, "<", "/dev/stdin" or die;
print "[", <$again>, "]\n";
printf "%o %o\n", fcntl(STDIN, F_GETFL, 0), fcntl(STDIN, F_GETFD, 0);
