import os
import sys

print(sys.argv, sys.orig_argv, os.getpid(), flush=True)
if len(sys.argv) == 1:
    os.execv(sys.executable, [sys.executable, __file__, "again"])
elif sys.argv[1] == "again":
    link = os.readlink("/proc/self/exe")
    os.execv("/proc/self/exe", [link, "-I", "main.py", "by its link"])
