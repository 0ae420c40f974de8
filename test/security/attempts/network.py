"""Serves itself on both loopback addresses; then tries ports of the host, which are its arguments."""
import socket, sys, threading

for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    server = socket.socket(family)
    server.bind((address, 8000))
    server.listen()
    threading.Thread(target=lambda: server.accept()[0].sendall(b"hello"), daemon=True).start()
    with socket.create_connection((address, 8000)) as client:
        print("SERVED", address, client.recv(5).decode())
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
    datagrams.bind(("127.0.0.1", 0))
    datagrams.sendto(b"hello", datagrams.getsockname())
    print("SERVED udp", datagrams.recv(5).decode())

for port in sys.argv[1:]:
    for address in ("127.0.0.1", "0.0.0.0", "::1", "::ffff:127.0.0.1"):
        try:
            socket.create_connection((address, int(port)), timeout=1).close()
            print("ESCAPE: reached port", port, "of the host at", address)
        except OSError:
            pass
print("DONE")
