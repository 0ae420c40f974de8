import os
import sys
import traceback

with open(__file__) as file:
    source = file.read()
print(len(source), source.splitlines()[0], os.path.getsize(__file__))
with open(__file__, "w") as file:
    file.write("# written over\n" * 40)
try:
    1 / 0
except ZeroDivisionError:
    print(traceback.format_exc())
import main as again
print(again.__name__, again.__file__, "main" in sys.modules)
