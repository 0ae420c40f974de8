"""What a program knows of itself."""
import sys

main = sys.modules["__main__"]
print(sys.argv, sys.orig_argv)
print(__file__, __name__, __package__, __spec__, __doc__, __cached__ if "__cached__" in globals() else "no cache")
print(type(__loader__).__name__, __loader__.name, __loader__.path)
print(sorted(vars(main)), type(__builtins__).__name__)
print(main.__dict__ is globals(), main.__annotations__)
