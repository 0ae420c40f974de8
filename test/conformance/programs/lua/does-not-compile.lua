print("before")
local total = = 1 -- HERE
print(total)
