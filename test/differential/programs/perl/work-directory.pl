use Cwd;
print getcwd, "\n";
for my $path (".", "/tmp", "/dev/shm") { opendir my $directory, $path; print "$path: ", join(" ", sort readdir $directory), "\n" }
for my $path (".", "main.pl", "/tmp") { my @status = stat $path; printf "%s %o %d %d\n", $path, @status[2, 4, 5] }
printf "~age-seconds %f\n", time - (stat "main.pl")[9];
open my $file, ">", "made";
printf "%o %d\n", (stat $file)[2, 4];
