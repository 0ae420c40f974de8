use POSIX ();
use Time::HiRes qw(ualarm);
$| = 1;
my $now = POSIX::SigSet->new;
POSIX::sigprocmask(POSIX::SIG_BLOCK, POSIX::SigSet->new, $now);
for my $number (1 .. 64) {
    my $action = POSIX::SigAction->new;
    POSIX::sigaction($number, undef, $action) or next;
    print "$number ", $action->handler // "undef", " ", $now->ismember($number), "\n";
}
$SIG{USR1} = sub { print "caught $_[0]\n" };
kill USR1 => $$;
$SIG{ALRM} = sub { die "alarm\n" };
eval { ualarm 5_000; select undef, undef, undef, 3; };
print $@, alarm(0), "\n";
print "lost with the buffer?\n";
kill TERM => $$;
