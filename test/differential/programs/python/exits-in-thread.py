import os
import sys
import threading


def end():
    sys.exit(9)


thread = threading.Thread(target=end)
thread.start()
thread.join()
print("a thread's exit is its own", flush=True)
try:
    sys.exit(300)
except SystemExit as error:
    print(error.code, flush=True)
os._exit(77)
