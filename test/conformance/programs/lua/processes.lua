local child = io.popen("cat", "w")
child:write("through a child\n")
child:close()
