import os
import sys

for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(stream.name, stream.mode, stream.encoding, stream.errors, stream.newlines, stream.isatty(), stream.fileno())
    print(stream.line_buffering, stream.write_through, stream.seekable(), stream.readable(), stream.writable())
print(sys.stdout.buffer.raw, sys.stdin.buffer.raw, sys.__stdout__ is sys.stdout)
sys.stdout.flush()
sys.stdout.buffer.write(bytes(range(256)))
sys.stdout.buffer.flush()
os.write(1, b"unbuffered\xff\n")
print("not a surrogate: \udcff".encode("utf-8", "surrogateescape"))
sys.stdout.reconfigure(encoding="latin-1", line_buffering=True)
print("\xe9\xff")
sys.stderr.buffer.write(b"\xfe to stderr\n")
