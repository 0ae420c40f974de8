sub descend {
    my ($depth) = @_;
    return 1 + descend($depth + 1);
}

print descend(0), "\n";
