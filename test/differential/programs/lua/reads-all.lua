local text = io.read("a")
print(#text, text:gsub("[^%g\n ]", function(byte) return ("<%d>"):format(byte:byte()) end))
print(io.open("/dev/stdin"):read("a") == "", io.stdin:close())
print(pcall(io.read))
