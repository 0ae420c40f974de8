import os
import subprocess
import sys

print("buffered, so it comes last")
os.write(1, b"written at once\n")
subprocess.run(["/bin/echo", "a child's"])
print("stderr is written at the end of its line", file=sys.stderr)
os.write(2, b"written at once, to stderr\n")
print("without its newline", end="", file=sys.stderr)
os.write(2, b" | ")
