p gets, $_, $., STDIN.lineno, ARGF.lineno, gets.encoding
p readline, STDIN.getc, STDIN.readpartial(3), STDIN.each_char.first(2)
p readlines, gets, STDIN.eof?, STDIN.read, STDIN.read(1)
