for my $name ('$|', '$,', '$/', '$\\', '$"', '$;', '$!', '$@', '$?', '$^W', '$^F', '$^H', '$^P', '$^S', '$^D', '$<', '$>', '$(', '$)',
    '$^A', '$^C', '$^L', '$^M', '$^R', '$:', '$^', '$~', '$=', '$-', '$%', '$[', '${^TAINT}', '${^UNICODE}', '${^UTF8LOCALE}', '${^OPEN}',
    '${^GLOBAL_PHASE}', '${^WARNING_BITS}', '${^UTF8CACHE}', '${^RE_DEBUG_FLAGS}') {
    my $value = eval $name;
    print "$name ", defined $value ? "[$value]" : "undef", "\n";
}
print $^T > 1_600_000_000, " ", join(",", grep { defined $SIG{$_} } sort keys %SIG), "\n";
