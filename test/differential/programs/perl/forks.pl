$| = 1;
END { print "end of ", $$ == 2 ? "main" : "a child", "\n" }
my $pid = fork // die;
if (!$pid) { print "child of ", getppid, " ", $$ - getppid, "\n"; exit 5 }
print waitpid($pid, 0) == $pid, " ", $? >> 8, "\n";
$pid = fork // die;
if (!$pid) { kill KILL => $$; }
wait;
print $? & 127, " ", wait, " $!\n";
pipe my $reader, my $writer;
if (!fork) { close $reader; print $writer "through a pipe\n"; close $writer; exec "/bin/true" }
close $writer;
print <$reader>;
wait;
exec "/bin/sh", "-c", 'echo executed as $$';
