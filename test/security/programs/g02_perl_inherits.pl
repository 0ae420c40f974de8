# what a Perl that was booted before its program could have kept: rights, descriptors, variables, other processes
use strict;
my @esc;
open(my $in, '<', '/proc/self/status') or die; my $status = do { local $/; <$in> }; close $in;
for my $set (qw(CapInh CapPrm CapEff CapBnd CapAmb)) { push @esc, $set unless $status =~ /^$set:\s*0+$/m }
push @esc, 'uid' unless $status =~ /^Uid:\s1000\s1000\s1000\s1000$/m;
push @esc, 'new privileges' unless $status =~ /^NoNewPrivs:\s1$/m;
push @esc, 'no filter' unless $status =~ /^Seccomp:\s2$/m;
for (keys %ENV) { push @esc, "env $_" if "$_=$ENV{$_}" =~ /CANARY|TOKEN|SECRET|NATS|MILLRACE|LD_PRELOAD/ }
opendir(my $fds, '/proc/self/fd') or die;
for my $fd (grep { /^\d+$/ && $_ > 2 } readdir $fds) {
  my $to = readlink("/proc/self/fd/$fd") // '';
  push @esc, "fd $fd -> $to" if $to =~ m{^socket:|^/(?!dev/|proc/|box/)|memfd};
}
opendir(my $all, '/proc') or die;
for my $pid (grep { /^\d+$/ && $_ != $$ } readdir $all) {
  open(my $of, '<', "/proc/$pid/environ") or next;
  push @esc, "process $pid" if defined <$of>;
}
for (qw(/tmp/host-canary-7f3a.txt /etc/shadow /proc/1/root/tmp/host-canary-7f3a.txt)) { push @esc, $_ if open(my $of, '<', $_) }
print @esc ? "ESCAPE: @esc\n" : "CONTAINED\n";
