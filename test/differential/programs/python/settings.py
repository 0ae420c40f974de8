import gc
import sys
import warnings

print(sys.flags)
print(sys._xoptions, sys.warnoptions, sys.dont_write_bytecode, warnings.filters)
print(sys.getrecursionlimit(), sys.getswitchinterval(), sys.gettrace(), sys.getprofile())
print(gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks, gc.get_freeze_count(), gc.garbage)
print(sys.int_info, sys.hash_info, sys.thread_info, sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
print(sys.displayhook, sys.excepthook, sys.breakpointhook, sys.unraisablehook, hasattr(sys, "ps1"), hasattr(sys, "last_type"))
