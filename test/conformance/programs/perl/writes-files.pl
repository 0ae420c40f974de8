use strict;
use warnings;
use File::Temp qw(tempfile);

sub write_and_print {
    my ($file, $text) = @_;
    print $file $text;
    seek $file, 0, 0;
    print <$file>;
}

open(my $notes, '+>', 'notes.txt') or die "notes.txt: $!";
write_and_print($notes, "blåbær\n");
my ($scratch) = tempfile();
write_and_print($scratch, "temporary\n");
