/** The `/etc` of every box: written here, none of it is the host's. */

export interface EtcFile {
  readonly path: string;
  readonly content: string;
  readonly why: string;
}

function lines(...text: string[]): string {
  return text.map((line) => `${line}\n`).join("");
}

export function generateEtc(hostname: string): readonly EtcFile[] {
  return [
    {
      path: "/etc/passwd",
      content: lines(
        "root:x:0:0:root:/:/usr/sbin/nologin",
        "millrace:x:1000:1000:millrace:/box:/bin/sh",
        "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin",
      ),
      why: "the program's user has a name and a home",
    },
    {
      path: "/etc/group",
      content: lines("root:x:0:", "millrace:x:1000:", "nogroup:x:65534:"),
      why: "the program's group has a name",
    },
    {
      path: "/etc/hosts",
      content: lines("127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback", `127.0.1.1 ${hostname}`),
      why: "localhost and the box's own name resolve without a network",
    },
    { path: "/etc/hostname", content: lines(hostname), why: "as uname says" },
    { path: "/etc/host.conf", content: lines("multi on"), why: "libc looks for it" },
    { path: "/etc/resolv.conf", content: "", why: "there is no name server" },
    {
      path: "/etc/nsswitch.conf",
      content: lines(
        "passwd: files",
        "group: files",
        "hosts: files",
        "networks: files",
        "protocols: files",
        "services: files",
      ),
      why: "look-ups end at the files here",
    },
    {
      path: "/etc/protocols",
      content: lines("ip 0 IP", "icmp 1 ICMP", "tcp 6 TCP", "udp 17 UDP", "ipv6-icmp 58 IPv6-ICMP"),
      why: "getprotobyname works",
    },
    {
      path: "/etc/services",
      content: lines("ssh 22/tcp", "smtp 25/tcp", "domain 53/tcp", "domain 53/udp", "http 80/tcp", "https 443/tcp"),
      why: "getservbyname works for the usual names",
    },
    {
      path: "/etc/os-release",
      content: lines('NAME="Millrace box"', "ID=millrace", "ID_LIKE=linux", 'PRETTY_NAME="Millrace box"'),
      why: "programs that ask get an answer, and not the host's",
    },
    { path: "/etc/timezone", content: lines("Etc/UTC"), why: "every box is in UTC" },
  ];
}
