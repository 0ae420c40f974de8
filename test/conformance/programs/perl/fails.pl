sub inner {
    die "no way";    # HERE
}

inner();
