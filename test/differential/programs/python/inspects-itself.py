import inspect
import linecache
import sys


def outer(value):
    # A comment of the source.
    return inner(value)


def inner(value):
    frame = inspect.currentframe()
    depth = 0
    while frame:
        print(depth, frame.f_code.co_name, frame.f_code.co_filename, frame.f_lineno, sorted(frame.f_locals)[:3])
        frame, depth = frame.f_back, depth + 1
    return [(entry.function, entry.filename, entry.lineno, entry.code_context) for entry in inspect.stack()]


print(outer(1))
print(inspect.getsource(outer), inspect.getsourcefile(inner), inspect.getmodule(outer), inspect.signature(inner))
print(repr(linecache.getline(__file__, 7)), sys._getframe().f_back)
