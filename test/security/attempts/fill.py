"""Fills what may be written, by files and then by bytes, and says how much there was room for."""
import os

places = ["/box", "/tmp", "/dev/shm", "/var/tmp"]
files = 0
try:
    while True:
        os.close(os.open("%s/file%d" % (places[files % 4], files), os.O_CREAT | os.O_WRONLY))
        files += 1
except OSError as error:
    print("files", files, error.errno)

written = 0
for number in range(files):
    with open("%s/file%d" % (places[number % 4], number), "wb", buffering=0) as file:
        try:
            for _ in range(64):
                written += file.write(bytes(4096))
        except OSError as error:
            print("bytes", written, error.errno)
            break
