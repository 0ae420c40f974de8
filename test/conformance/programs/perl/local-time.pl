use POSIX qw(strftime);

print strftime("%Y-%m-%d %H:%M:%S", localtime 0), "\n";
print time, "\n";
