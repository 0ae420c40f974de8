print "buffered\n";
syswrite STDOUT, "at once\n";
print STDERR "to stderr\n";
{
    local $| = 1;
    print "flushed ";
    system "echo of a child";
}
print "after ", $|, "\n";
binmode STDOUT;
print "\xff\0\xfe", chr(233), "\n";
binmode STDOUT, ":utf8";
print chr(233), chr(0x2713), "\n";
printf "%vd %s\n", "1.22.333", join ",", PerlIO::get_layers(STDOUT);
print join(",", PerlIO::get_layers(STDIN)), "\n";
print "no newline";
