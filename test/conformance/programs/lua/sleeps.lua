os.execute("sleep 0.4")
print("slept")
