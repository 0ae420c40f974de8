import os
import time

print(os.getcwd(), os.listdir("."), os.listdir("/tmp"), os.listdir("/dev/shm"), os.listdir(".."))
for path in (".", "main.py", "/tmp", "/", "/proc/self"):
    status = os.stat(path)
    print(path, oct(status.st_mode), status.st_uid, status.st_gid, status.st_nlink, status.st_size if path == "main.py" else "")
for path in (".", "main.py"):
    print("~age-seconds", time.time() - os.stat(path).st_mtime)
with open("made", "w") as file:
    file.write("x")
print(oct(os.stat("made").st_mode), os.stat("made").st_uid, sorted(os.listdir(".")), os.access("main.py", os.W_OK))
os.chdir("/tmp")
print(os.getcwd(), os.path.abspath(__file__))
