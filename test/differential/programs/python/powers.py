"""What the process may do, as prctl and its kin tell."""
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
PRCTL = {
    "PDEATHSIG": 2, "DUMPABLE": 3, "KEEPCAPS": 7, "TIMING": 13, "NAME": 16, "SECCOMP": 21, "SECUREBITS": 27,
    "TIMERSLACK": 30, "CHILD_SUBREAPER": 37, "NO_NEW_PRIVS": 39, "THP_DISABLE": 42,
}
WRITES = ("PDEATHSIG", "NAME", "CHILD_SUBREAPER")
for name, option in PRCTL.items():
    buffer = ctypes.create_string_buffer(16)
    result = libc.prctl(option, buffer if name in WRITES else 0, 0, 0, 0)
    print(name, result, ctypes.get_errno() if result < 0 else buffer.value)
print(os.getpid(), os.getppid(), os.getsid(0), os.getpgrp(), os.getresuid(), os.getresgid(), os.getgroups())
print(os.umask(0o22), os.nice(0), os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0), os.sched_getscheduler(0))
print(libc.getauxval(11), libc.getauxval(12), libc.getauxval(13), libc.getauxval(14), libc.getauxval(23))
print(libc.sched_getcpu() >= 0, libc.personality(0xFFFFFFFF), ctypes.get_errno())
for call in (lambda: os.setuid(0), lambda: os.setsid(), lambda: os.chroot("/"), lambda: os.nice(-1)):
    try:
        print(call())
    except OSError as error:
        print(error)
try:
    print(os.waitpid(-1, os.WNOHANG))
except OSError as error:
    print(error)
