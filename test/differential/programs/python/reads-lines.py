import sys

print(sys.stdin.isatty(), sys.stdin.seekable(), sys.stdin.fileno(), sys.stdin.encoding, sys.stdin.errors)
print(repr(input("a prompt> ")))
print(repr(sys.stdin.readline()))
for line in sys.stdin:
    print(repr(line))
print(repr(sys.stdin.read()), repr(sys.stdin.readline()))
input()
