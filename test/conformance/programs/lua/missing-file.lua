local file, message = io.open("missing.txt")
if not file and message:find("No such file") then print("caught") end
