opendir my $directory, "/proc/self/fd" or die;
for my $name (sort { $a <=> $b } grep { /^\d+$/ } readdir $directory) {
    my $link = readlink "/proc/self/fd/$name";
    open my $info, "<", "/proc/self/fdinfo/$name";
    print join(" ", $name, $link =~ s/:.*//r, $info ? map { s/\s+/ /gr } grep { /^flags/ } <$info> : ()), "\n";
}
print fileno($directory), " ", $^F, "\n";
