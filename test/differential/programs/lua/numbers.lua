math.randomseed(5)
print(math.random(100), math.random(100), math.maxinteger, math.mininteger, math.pi, math.huge, -math.huge, 0 / 0 ~= 0 / 0)
print(string.pack("<i4z", 7, "x"):byte(1, -1))
print(string.format("%5.1f|%-5d|%05d|%x|%s", 3.14159, 42, 42, 255, nil), tostring(1e300 * 1e10), 3 | 4, ~0, 1 << 62)
print(table.concat({ 1, 2, 3 }, ","), table.unpack({ 1, 2, 3 }, 2), #table.pack(nil, nil))
local keys = {}
for key in pairs { 10, 20, 30, x = 1 } do keys[#keys + 1] = tostring(key) end
print(table.concat(keys, " "))
