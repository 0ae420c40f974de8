print("started")
io.stdout:flush()
while true do end
