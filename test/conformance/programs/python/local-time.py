import time

print(time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(0)))
print(int(time.time()))
