print(io.type(io.stdin), io.stdin == io.input(), io.stdin:seek("cur", 0))
print(io.read(), io.read(3), io.read("L"))
print(io.read("n"), io.read("l"))
for line in io.lines() do print("<" .. line .. ">") end
print(io.read(), io.read("a"), io.read(0))
