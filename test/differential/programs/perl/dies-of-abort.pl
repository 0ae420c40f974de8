use POSIX ();
print "lost with the buffer\n";
syswrite STDOUT, `ulimit -c`;
POSIX::abort();
