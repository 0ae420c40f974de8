import atexit
import sys
import threading
import weakref


class Thing:
    def __del__(self):
        print("deleted", sys.stdout is not None)


thing = Thing()
weakref.finalize(thing, print, "finalized")
atexit.register(print, "first registered, last run")
atexit.register(lambda: print("last registered, first run", threading.active_count()))
atexit.register(lambda: 1 / 0)
threading._register_atexit(print, "before the others")
print("main ends")
