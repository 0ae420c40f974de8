import os
import select
import stat
import sys

status = os.fstat(0)
print(stat.S_ISFIFO(status.st_mode), oct(status.st_mode), status.st_uid, status.st_size)
try:
    print(os.lseek(0, 0, os.SEEK_CUR))
except OSError as error:
    print(error)
print(select.select([0], [], [], 1)[0])
print(os.read(0, 5))
print(sys.stdin.buffer.read(7), sys.stdin.buffer.peek(1)[:1])
print(sys.stdin.buffer.read())
print(os.read(0, 10), open("/dev/stdin", "rb").read(), open(0, "rb", closefd=False).read())
