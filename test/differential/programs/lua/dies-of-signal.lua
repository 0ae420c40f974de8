print("lost with the buffer")
io.stderr:write("before\n")
os.execute("ulimit -c; kill -TERM $PPID")
