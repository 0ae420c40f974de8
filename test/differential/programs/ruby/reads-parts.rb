p STDIN.sysread(7), STDIN.read_nonblock(4), IO.select([STDIN], nil, nil, 0)&.flatten&.size, $<.each_line.to_a
