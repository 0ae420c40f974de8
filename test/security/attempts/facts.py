"""Says, as JSON, what a program finds in its box."""
import json, os, socket, sys


def read(path):
    try:
        with open(path, encoding="latin1") as file:
            return file.read()
    except OSError as error:
        return "errno %d" % error.errno


def denied(attempt, *arguments):
    """The errno that an attempt ends with; 0 when it succeeds."""
    try:
        attempt(*arguments)
        return 0
    except OSError as error:
        return error.errno


def tree(top):
    return sorted(os.path.join(root, name) for root, _, names in os.walk(top) for name in names)


def own(top):
    """What is below a directory, mount points left out, and directories that lead to one."""
    found = []
    for root, directories, names in os.walk(top):
        here = [os.path.join(root, name) for name in directories]
        directories[:] = [name for name in directories if not os.path.ismount(os.path.join(root, name))]
        found += [os.path.join(root, name) for name in names] + ([] if here else [root])
    return sorted(found)


facts = {
    "ids": [os.getresuid(), os.getresgid(), os.getgroups()],
    "session": [os.getpid(), os.getsid(0), os.getpgid(0), os.getppid()],
    "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1],
    "environment": dict(os.environ),
    "hostname": socket.gethostname(),
    "directory": os.getcwd(),
    "umask": os.umask(0o22),
    "status": read("/proc/self/status"),
    "mounts": read("/proc/self/mountinfo"),
    "groups": read("/proc/self/cgroup"),
    "uidMap": read("/proc/self/uid_map").split(),
    "maxUserNamespaces": read("/proc/sys/user/max_user_namespaces").strip(),
    "oomScoreAdj": int(read("/proc/self/oom_score_adj")),
    "limits": read("/proc/self/limits"),
    "top": sorted(os.listdir("/")),
    "etc": tree("/etc"),
    "besideToolchains": own("/root") + own("/home") + own("/var/lib"),
    "var": sorted(os.listdir("/var")),
    "dev": sorted(os.listdir("/dev")),
    "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
    "cpus": os.cpu_count(),
    "stdin": open("/dev/stdin").read(),
    "told": {
        path: len(read(path)) if not os.path.isdir(path) else len(os.listdir(path))
        for path in (
            "/proc/acpi", "/proc/bus", "/proc/cmdline", "/proc/config.gz", "/proc/diskstats", "/proc/driver", "/proc/fs",
            "/proc/interrupts", "/proc/iomem", "/proc/ioports", "/proc/irq", "/proc/kallsyms", "/proc/key-users",
            "/proc/keys", "/proc/partitions", "/proc/pressure", "/proc/tty",
        )
        if os.path.exists(path)
    },
    "pidOne": {
        "kill": denied(os.kill, 1, 9),
        "stop": denied(os.kill, 1, 19),
        "stat": denied(os.stat, "/proc/1"),
        "root": denied(os.listdir, "/proc/1/root"),
        "exe": denied(os.readlink, "/proc/1/exe"),
        "mem": denied(open, "/proc/1/mem", "rb"),
        "descriptors": denied(os.listdir, "/proc/1/fd"),
    },
    "writes": {
        path: denied(open, path, "r+" if os.path.exists(path) else "w")
        for path in (
            "/usr/bin/env",
            "/usr/new",
            "/etc/passwd",
            "/etc/new",
            "/new",
            "/dev/new",
            "/proc/sys/kernel/hostname",
            "/proc/sys/vm/drop_caches",
            "/proc/self/oom_score_adj",
            "/proc/self/uid_map",
        )
    },
}
json.dump(facts, sys.stdout)
