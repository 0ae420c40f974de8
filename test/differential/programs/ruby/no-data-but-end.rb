p 1


__END__
