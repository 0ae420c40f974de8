print(utf8.len(io.read()))
