print("before")
error(setmetatable({}, { __tostring = function() return "a problem of its own" end }))
