"""Looks for what neighbour-holds.py, which runs in another box at this moment, has taken."""
import ctypes, fcntl, os, socket, struct, sys

FILES = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
found = []

for path in FILES:
    descriptor = os.open(path, os.O_RDONLY)
    os.read(descriptor, 1)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        found.append("a lock (flock) of a neighbour on " + path)
    request = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
    kind = struct.unpack("hhqqi4x", fcntl.fcntl(descriptor, fcntl.F_GETLK, request))[0]
    if kind != fcntl.F_UNLCK:
        found.append("a lock (fcntl) of a neighbour on " + path)

for family, address in (
    (socket.AF_UNIX, "\0neighbour"),
    (socket.AF_UNIX, "/tmp/neighbour.sock"),
    (socket.AF_INET, ("127.0.0.1", 47392)),
):
    with socket.socket(family) as client:
        try:
            client.connect(address)
            found.append("a socket of a neighbour: %r" % (address,))
        except OSError:
            pass

for path in ("/tmp/neighbour", "/dev/shm/neighbour", "/box/neighbour"):
    if os.path.exists(path):
        found.append("a file of a neighbour: " + path)
for call in (libc.shmget, libc.semget):
    if call(0x6E656967, 1, 0) >= 0:
        found.append("an IPC object of a neighbour")
if libc.msgget(0x6E656967, 0) >= 0:
    found.append("a message queue of a neighbour")

if libc.inotify_init1(0) < 0:
    found.append("a neighbour has taken all inotify instances")
MQ_OPEN, MQ_UNLINK = 240, 241
if libc.syscall(MQ_OPEN, b"queue", os.O_CREAT | os.O_RDWR, 0o600, None) < 0:
    found.append("a neighbour has taken all message queues")
libc.syscall(MQ_UNLINK, b"queue")
try:
    if os.fork() == 0:
        os._exit(0)
    os.wait()
except OSError:
    found.append("a neighbour has taken all processes")

for what in found:
    print("ESCAPE:", what)
if not found:
    print("CONTAINED")
