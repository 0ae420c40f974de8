setmetatable({}, { __gc = function() print("never collected") end })
io.write("flushed by exit")
os.exit(false)
