use POSIX ();
print join(" ", map { POSIX::sysconf($_) } POSIX::_SC_OPEN_MAX, POSIX::_SC_ARG_MAX, POSIX::_SC_CHILD_MAX), "\n";
my @files;
while (1) { open my $file, "<", "/dev/null" or last; push @files, $file }
print scalar(@files), " ", fileno($files[0]), " $!\n";
@files = ();
open my $large, ">", "large" or die;
$SIG{XFSZ} = sub { print "SIGXFSZ\n" };
1 while syswrite $large, "x" x (1 << 20);
print "$! ", -s "large", "\n";
