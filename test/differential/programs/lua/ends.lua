local closed <close> = setmetatable({}, { __close = function(_, problem) print("closed", problem) end })
thing = setmetatable({}, { __gc = function() print("collected at the end") end })
other = setmetatable({}, { __gc = function() print("the last made goes first") end })
print("main ends")
return 5
