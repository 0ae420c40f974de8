local function second(value) error("no good: " .. value, 2) end
local function first(value) second(value) return "not a tail call" end
print(pcall(first, "caught"))
print(xpcall(first, function(message) return debug.traceback(message) end, "handled"))
print(select(2, pcall(error)), select(2, pcall(error, { code = 1 })).code)
io.stdout:write("before\n")
coroutine.wrap(function() first("in a coroutine") end)()
