# What the kernel tells of the process.
use POSIX ();
sub slurp { open my $file, "<", $_[0] or return "$!"; local $/; <$file> }
print slurp("/proc/self/status");
for (qw(cmdline comm cgroup limits environ oom_score_adj timerslack_ns coredump_filter loginuid mounts)) {
    print "$_ ", slurp("/proc/self/$_") =~ tr/\0/|/r, "\n";
}
print "$_ ", readlink("/proc/self/$_"), "\n" for qw(exe cwd root);
my ($before, $after) = slurp("/proc/self/stat") =~ /^(.*\)) (.*)$/;
print join(" ", ($before, split / /, $after)[0, 1, 2, 3, 4, 5, 16, 17, 18, 36, 38, 39]), "\n";
print join(" ", $$, getppid, getpgrp, POSIX::getpgrp(), $<, $>, $(, $), umask, getpriority(0, 0), POSIX::nice(0)), "\n";
print join(" ", map { defined $_ ? $_ : "undef" } POSIX::ttyname(0), POSIX::ctermid(), (getpwuid $<)[0, 7]), "\n";
my %auxv = unpack "Q*", slurp("/proc/self/auxv");
print join(" ", map { "$_=" . ($auxv{$_} // "none") } 6, 11, 12, 13, 14, 17, 23), "\n";
