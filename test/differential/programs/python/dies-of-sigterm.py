import os
import signal

print("written", flush=True)
print("lost with the buffer")
os.kill(os.getpid(), signal.SIGTERM)
