import os
import subprocess
import sys

reader, writer = os.pipe()
os.close(reader)
try:
    os.write(writer, b"x")
except BrokenPipeError as error:
    print(error)
print(subprocess.run("yes | head -1; echo ${PIPESTATUS[@]}", shell=True, executable="/bin/bash", capture_output=True))
sys.stdout.flush()
os.dup2(writer, 1)
print("to nobody")
