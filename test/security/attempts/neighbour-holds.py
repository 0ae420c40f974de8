"""Takes everything that one box might take away from another or tell it by, says so by its name, and waits a while."""
import ctypes, fcntl, os, select, socket, sys

FILES = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)

kept = []
for path in FILES:
    descriptor = os.open(path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    fcntl.lockf(descriptor, fcntl.LOCK_SH)
    kept.append(descriptor)

watch = libc.inotify_init1(os.O_NONBLOCK)
IN_OPEN_OR_ACCESS = 0x20 | 0x1
for path in FILES:
    assert libc.inotify_add_watch(watch, path.encode(), IN_OPEN_OR_ACCESS) >= 0, path

for address in ("\0neighbour", "/tmp/neighbour.sock"):
    server = socket.socket(socket.AF_UNIX)
    server.bind(address)
    server.listen()
    kept.append(server)
server = socket.socket()
server.bind(("127.0.0.1", 47392))
server.listen()

open("/tmp/neighbour", "w").write("here")
open("/dev/shm/neighbour", "w").write("here")
open("/box/neighbour", "w").write("here")
IPC_CREAT = 0o1000
memory = libc.shmget(0x6E656967, 4096, IPC_CREAT | 0o666)
messages = libc.msgget(0x6E656967, IPC_CREAT | 0o666)
semaphores = libc.semget(0x6E656967, 1, IPC_CREAT | 0o666)
assert min(memory, messages, semaphores) >= 0

# As many kernel objects as are counted by user: a neighbour must still have its own.
instances = 0
while libc.inotify_init1(0) >= 0:
    instances += 1
queues = 0
MQ_OPEN = 240
while libc.syscall(MQ_OPEN, b"queue%d" % queues, os.O_CREAT | os.O_RDWR, 0o600, None) >= 0:
    queues += 1

libc.prctl(15, b"holding", 0, 0, 0)
readable, _, _ = select.select([watch, server], [], [], 2.0)
if watch in readable:
    print("ESCAPE: saw a neighbour open a file")
if server in readable:
    print("ESCAPE: a neighbour connected")

# A box takes all of it along. Where a test leaves that out, nothing of it may stay on the host.
MQ_UNLINK, IPC_RMID = 241, 0
for number in range(queues):
    libc.syscall(MQ_UNLINK, b"queue%d" % number)
libc.shmctl(memory, IPC_RMID, None)
libc.msgctl(messages, IPC_RMID, None)
libc.semctl(semaphores, 0, IPC_RMID, 0)
print("HELD", instances, queues)
