import sys

for number, line in enumerate(sys.stdin, start=1):
    print(f"{number}: {line.removesuffix(chr(10))}")
