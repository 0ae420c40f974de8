import os
import resource
import time

usage = resource.getrusage(resource.RUSAGE_SELF)
children = resource.getrusage(resource.RUSAGE_CHILDREN)
with open("/proc/self/stat") as file:
    ticks = int(file.read().rsplit(")", 1)[1].split()[19])
age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
print("~age-seconds", age)
print("~cpu-seconds", time.process_time())
print("~cpu-seconds", usage.ru_utime + usage.ru_stime)
print("~memory-bytes", usage.ru_maxrss * 1024)
print(children.ru_utime, children.ru_stime, children.ru_maxrss, usage.ru_nswap, usage.ru_msgsnd)
start = time.process_time()
while time.process_time() - start < 0.02:
    pass
print(time.thread_time() <= time.process_time(), os.times().children_user)
