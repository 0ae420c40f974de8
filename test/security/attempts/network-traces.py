"""Prints all that its network namespace tells of use, past or present."""
import socket

for name in ("dev", "snmp", "snmp6", "netstat", "sockstat6", "ipv6_route", "tcp", "tcp6", "udp", "udp6", "igmp", "igmp6", "dev_mcast", "ip6_flowlabel"):
    with open(f"/proc/net/{name}") as file:
        print(name, file.read())

with open("/proc/net/sockstat") as file:
    print(file.readline())  # the others are the whole host's
with socket.socket(socket.AF_UNIX) as server:
    server.bind("\0stays")

# A port is free, and nobody remembers a connection of it.
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    with socket.socket(family) as server:
        server.bind((address, 8000))
