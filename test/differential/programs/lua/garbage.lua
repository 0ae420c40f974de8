print(collectgarbage("isrunning"), collectgarbage("step"), collectgarbage("incremental"), collectgarbage("generational"))
collectgarbage("incremental")
local weak = setmetatable({}, { __mode = "v" })
weak[1] = {}
weak[2] = "kept"
collectgarbage()
print(weak[1], weak[2])
print("~memory-bytes", collectgarbage("count") * 1024)
local count = 0
for _ = 1, 100 do setmetatable({}, { __gc = function() count = count + 1 end }) end
collectgarbage()
print(count)
