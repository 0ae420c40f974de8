local t = { a = {} }
print(pcall(function() return t.b.c end))
print(pcall(function() return t.a + 1 end))
print(pcall(function() return #5 end))
print(pcall(string.rep))
print(pcall(setmetatable, 1, {}))
print(load("x ="))
print(pcall(load("error('x')", "@file.lua")))
return t.missing.field
