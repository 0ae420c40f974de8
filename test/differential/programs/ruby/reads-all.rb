p STDIN.binmode.read, STDIN.external_encoding, ARGF.read rescue p $!
