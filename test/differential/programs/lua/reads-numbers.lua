local first = io.read(6)
io.write(first, "|", tostring(io.read("n")), "|", io.read(1) or "none", "\n")
print(io.stdin:setvbuf("no"), io.read(10))
for chunk in io.stdin:lines(4) do io.write("[", chunk, "]") end
