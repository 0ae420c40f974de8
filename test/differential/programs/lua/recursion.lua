local function down(depth) return depth == 0 and 0 or 1 + down(depth - 1) end
print(down(150000))
print(pcall(function() local function forever() return 1 + forever() end return forever() end))
print(select(2, pcall(string.gsub, ("x"):rep(300), ("x?"):rep(300), "")))
local nested = ("("):rep(150) .. "1" .. (")"):rep(150)
print(load("return " .. nested)())
print(load("return " .. ("("):rep(250) .. "1" .. (")"):rep(250)))
local function through_c(depth) return depth == 0 and 0 or 1 + select(2, pcall(through_c, depth - 1)) end
print(through_c(150))
local deep = coroutine.wrap(function(self, depth) return depth == 0 and "bottom" or coroutine.wrap(debug.getinfo(1, "f").func)(self, depth - 1) end)
print(pcall(deep, nil, 100))
