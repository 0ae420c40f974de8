#!/usr/bin/perl -wl
# The switches of the first line hold.
my $undefined;
print "warned: " . $undefined;
print $^W;
