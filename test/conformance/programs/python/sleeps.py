import time

time.sleep(0.4)
print("slept")
