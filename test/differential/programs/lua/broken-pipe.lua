local pipe = io.popen("true", "w")
os.execute("sleep 0.02")
print(pipe:write(("x"):rep(100000)))
