"""Uses its network in the way that its argument says, and leaves behind what it can."""
import ctypes, socket, struct, sys

libc = ctypes.CDLL(None)


def connects():
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as server:
            server.bind((address, 8000))
            server.listen()
            client = socket.create_connection((address, 8000))
            served = server.accept()[0]
            served.close()  # the side that closes first is the one that waits
            client.close()


def is_refused():
    for address in ("127.0.0.1", "192.0.2.1", "::1", "2001:db8::1"):
        try:
            socket.create_connection((address, 9), timeout=1)
        except OSError:
            pass


def sends_datagrams():
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        socket.socket(family, socket.SOCK_DGRAM).sendto(b"hello", (address, 9))


def only_connects_datagrams():
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        socket.socket(family, socket.SOCK_DGRAM).connect((address, 9))


def joins_groups():
    group, device = socket.inet_aton("224.1.1.1"), socket.inet_aton("127.0.0.1")
    for option in (socket.IP_ADD_MEMBERSHIP, 39, 42, 46):
        try_option(socket.AF_INET, socket.IPPROTO_IP, option, group + device + device)
    for option in (socket.IPV6_JOIN_GROUP, 27, 42, 46):
        try_option(socket.AF_INET6, socket.IPPROTO_IPV6, option, socket.inet_pton(socket.AF_INET6, "ff02::5") + b"\1\0\0\0")


def labels_flows():
    """Asks for a flow label of its own (IPV6_FL_A_GET, exclusive, IPV6_FL_F_CREATE) that lingers for seconds."""
    request = struct.pack("16sIBBHHHI", socket.inet_pton(socket.AF_INET6, "::1"), socket.htonl(0x12345), 0, 1, 1, 0, 6, 0)
    try_option(socket.AF_INET6, socket.IPPROTO_IPV6, 32, request)


def sends_itself():
    """A socket with a name that nobody holds but itself."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    named = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    named.bind("\0stays")
    socket.send_fds(ends[0], [b"x"], [ends[0].fileno(), ends[1].fileno(), named.fileno()])


def try_option(family, level, option, value):
    """With the high half of the level set too, which the kernel ignores."""
    for level in (level, level | 1 << 40):
        if libc.setsockopt(socket.socket(family, socket.SOCK_DGRAM).fileno(), ctypes.c_long(level), option, value, len(value)) == 0:
            print("ESCAPE: option", option, "was set")


USES = {
    "connects": connects,
    "is refused": is_refused,
    "sends datagrams": sends_datagrams,
    "only connects datagrams": only_connects_datagrams,
    "joins groups": joins_groups,
    "labels flows": labels_flows,
    "sends itself": sends_itself,
}
USES[sys.argv[1]]()
print("USED")
