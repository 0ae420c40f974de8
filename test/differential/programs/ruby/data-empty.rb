print DATA.read.inspect
__END__