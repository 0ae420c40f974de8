# Reads what follows the program.
p DATA.class, DATA.path, DATA.fileno, DATA.pos, DATA.lineno, DATA.external_encoding, DATA.internal_encoding, DATA.eof?
p DATA.binmode?, DATA.sync, DATA.close_on_exec?, DATA.autoclose?, DATA.tty?, DATA.size, DATA.stat.mode.to_s(8)
p DATA.gets, DATA.lineno, DATA.pos, $., DATA.readchar, DATA.getbyte
p DATA.read, DATA.pos, DATA.eof?
DATA.rewind
p DATA.lineno, DATA.gets, DATA.each_line.count
DATA.seek(-5, IO::SEEK_END)
p DATA.read
DATA.pos = 0
DATA.ungetc("é")
p DATA.getc, DATA.sysseek(0) rescue p $!
p DATA.close, DATA.closed?
__END__
first line of data
é ✓ second
last
