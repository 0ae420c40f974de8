local closed <close> = setmetatable({}, { __close = function() print("closed") end })
setmetatable({}, { __gc = function() print("collected at the end") end })
print("before")
os.exit(7, true)
