import os
import subprocess

print(list(os.environ.items()), list(os.environb.items()))
os.environ["ADDED"] = "1"
del os.environ["LANG"]
print(subprocess.run(["/usr/bin/env"], capture_output=True, text=True).stdout)
print(subprocess.run(["/usr/bin/env"], capture_output=True, text=True, env={}).stdout)
with open("/proc/self/environ", "rb") as file:
    print(file.read().split(b"\0"))
print(os.path.expanduser("~"), os.getenv("PWD"), os.get_exec_path())
