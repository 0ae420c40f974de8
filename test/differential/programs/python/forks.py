import os
import signal
import sys
import time

pid = os.fork()
if pid == 0:
    print("child", os.getppid() > 1, os.getsid(0) == os.getppid(), flush=True)
    sys.exit(5)
print("parent", os.waitpid(pid, 0)[1], pid - os.getpid(), flush=True)
pid = os.fork()
if pid == 0:
    signal.pause()
os.kill(pid, signal.SIGKILL)
print(os.waitpid(pid, 0)[1], flush=True)
os.register_at_fork(before=lambda: print("before", flush=True), after_in_child=lambda: print("after", flush=True))
if os.fork() == 0:
    os._exit(0)
os.wait()
reader, writer = os.pipe()
if os.fork() == 0:
    parent = os.getpid()
    if os.fork() == 0:
        # An orphan: its parent is the first process of the box.
        while os.getppid() == parent:
            time.sleep(0.001)
        os.write(writer, b"orphan of %d" % os.getppid())
    os._exit(0)
os.wait()
os.close(writer)
print(os.read(reader, 100), flush=True)
try:
    os.wait()
except ChildProcessError as error:
    print(error)
