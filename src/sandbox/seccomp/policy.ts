import type { SyscallName } from "./architecture.ts";

/** What the kernel answers to a call: carries it out, fails it with an error, or kills the whole process. */
export type Verdict =
  | "ALLOW"
  | "EPERM"
  | "ENOMEM"
  | "ENODEV"
  | "EINVAL"
  | "ENOSYS"
  | "EPROTONOSUPPORT"
  | "EAFNOSUPPORT"
  | "KILL_PROCESS";

/**
 * A verdict that depends on one argument. Only the low 32 bits are looked at, and of those only the ones in `mask`
 * (default: all). The kernel ignores the high half of these arguments, so a comparison that included it could be
 * evaded by setting a bit there.
 */
export type Exception = {
  readonly argument: 0 | 1 | 2 | 3 | 4 | 5;
  readonly mask?: number;
  readonly verdict: Verdict;
} & ({ readonly in: readonly number[] } | { readonly notIn: readonly number[] });

/** Calls that are answered alike. The first exception that holds decides; if none does, `verdict`. */
export interface Rule {
  readonly calls: readonly SyscallName[];
  readonly exceptions: readonly Exception[];
  readonly verdict: Verdict;
}

/** No call is in more than one rule; those in none, and numbers that have no name, get `otherwise`. */
export interface Policy {
  readonly rules: readonly Rule[];
  readonly otherwise: Verdict;
}

const answer = (verdict: Verdict, ...calls: SyscallName[]): Rule => ({ calls, exceptions: [], verdict });
const allow = (...calls: SyscallName[]): Rule => answer("ALLOW", ...calls);
const allowExcept = (calls: readonly SyscallName[], ...exceptions: Exception[]): Rule => ({
  calls,
  exceptions,
  verdict: "ALLOW",
});

/**
 * The system calls of every process in a box.
 *
 * An allow-list, so that what the next kernel adds is closed until someone has thought about it. What is not allowed
 * answers ENOSYS, because libc and language runtimes probe for calls and fall back on that error alone; EPERM is for
 * what only an administrator may do, so that a program that tries says something sensible. Nothing native kills:
 * that would turn a harmless probe into a crash.
 *
 * The filter is the second wall behind namespaces, ids and read-only mounts. It keeps programs away from the parts of
 * the kernel that have been used to get through the first.
 */
// biome-ignore format: a rule reads better as a paragraph
export const boxPolicy: Policy = {
  otherwise: "ENOSYS",
  rules: [
    // ---- Allowed: what programs are made of ----

    // Reading and writing. `sendfile` and `copy_file_range` are what programs fall back on without `splice`.
    allow("read", "write", "pread64", "pwrite64", "readv", "writev", "preadv", "pwritev", "preadv2", "pwritev2",
      "lseek", "sendfile", "copy_file_range", "readahead", "fadvise64", "fallocate", "truncate", "ftruncate",
      "fsync", "fdatasync", "sync_file_range"),

    // Files by path. Which ones exist and which can be written is the business of the box's mounts. `mknod` makes
    // FIFOs; device nodes need a capability, and every mount is nodev and nosuid.
    allow("open", "openat", "openat2", "creat", "mkdir", "mkdirat", "rmdir", "mknod", "mknodat", "link", "linkat",
      "symlink", "symlinkat", "readlink", "readlinkat", "unlink", "unlinkat", "rename", "renameat", "renameat2",
      "stat", "lstat", "fstat", "newfstatat", "statx", "statfs", "fstatfs", "access", "faccessat", "faccessat2",
      "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchown", "fchownat", "umask",
      "utime", "utimes", "futimesat", "utimensat", "getdents", "getdents64", "getcwd", "chdir", "fchdir",
      "setxattr", "lsetxattr", "fsetxattr", "getxattr", "lgetxattr", "fgetxattr",
      "listxattr", "llistxattr", "flistxattr", "removexattr", "lremovexattr", "fremovexattr"),

    // Descriptors, waiting for them, and being told of changes.
    allow("close", "close_range", "dup", "dup2", "dup3", "pipe", "pipe2", "flock", "poll", "ppoll", "select",
      "pselect6", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2",
      "eventfd", "eventfd2", "signalfd", "signalfd4", "inotify_init", "inotify_init1", "inotify_add_watch",
      "inotify_rm_watch"),

    // Memory.
    allow("brk", "munmap", "mprotect", "mremap", "msync", "mincore", "mlock", "mlock2", "munlock", "mlockall",
      "munlockall", "mseal", "pkey_alloc", "pkey_free", "pkey_mprotect", "membarrier"),

    // Processes and threads. gcc starts its passes by `vfork`.
    allow("fork", "vfork", "execve", "execveat", "exit", "exit_group", "wait4", "waitid", "pidfd_open",
      "getpid", "getppid", "gettid", "getpgid", "getpgrp", "setpgid", "getsid", "setsid",
      "set_tid_address", "set_robust_list", "get_robust_list", "futex", "futex_waitv", "rseq", "arch_prctl",
      "restart_syscall"),

    // Signals. Whom they reach is decided by the pid namespace and the program's own user id.
    allow("kill", "tkill", "tgkill", "pidfd_send_signal", "rt_sigaction", "rt_sigprocmask", "rt_sigpending",
      "rt_sigsuspend", "rt_sigtimedwait", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "rt_sigreturn", "sigaltstack",
      "pause"),

    // Clocks and timers; setting a clock is below.
    allow("time", "gettimeofday", "clock_gettime", "clock_getres", "nanosleep", "clock_nanosleep", "alarm",
      "getitimer", "setitimer", "timer_create", "timer_settime", "timer_gettime", "timer_getoverrun",
      "timer_delete", "timerfd_create", "timerfd_settime", "timerfd_gettime"),

    // Sockets, once made: the box's network namespace has a loopback and nothing else.
    allow("bind", "connect", "listen", "accept", "accept4", "shutdown", "getsockname", "getpeername", "getsockopt",
      "sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg"),

    // System V and POSIX IPC live in the box's own IPC namespace.
    allow("shmat", "shmdt", "shmctl", "semget", "semop", "semtimedop", "semctl", "msgget", "msgsnd", "msgrcv",
      "msgctl", "mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr"),

    // Ids and capabilities. There is nothing to gain: no_new_privs is set, no other id is the program's to take.
    allow("getuid", "geteuid", "getgid", "getegid", "getresuid", "getresgid", "getgroups", "setuid", "setgid",
      "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid", "setgroups", "capget", "capset"),

    // Scheduling within one's means: the box's group has its share of the processors, nice values and rlimits only get worse.
    allow("sched_yield", "sched_getaffinity", "sched_setaffinity", "sched_getparam", "sched_setparam",
      "sched_getscheduler", "sched_getattr", "sched_get_priority_max", "sched_get_priority_min",
      "sched_rr_get_interval", "getpriority", "setpriority", "ioprio_get", "getrlimit", "setrlimit", "prlimit64"),

    // Facts about the machine and oneself, random bytes, and giving up rights by further filters.
    allow("uname", "sysinfo", "times", "getrusage", "getcpu", "getrandom", "seccomp"),

    // ---- Allowed but for some arguments ----

    // No new namespace: within a user namespace of its own a program would be root to mount, netfilter and the rest.
    // (CLONE_NEWTIME is not in the mask: `clone` has its exit signal in that byte.) Nor CLONE_PARENT: the program's parent is
    // the launcher, which would have to reap what it never started.
    allowExcept(["clone"], { argument: 0, mask: 0x7e028000, notIn: [0], verdict: "EPERM" }),

    // Only families UNIX, INET and INET6: ALG and RXRPC have written to the page cache of read-only files, VSOCK
    // reaches the hypervisor from any network namespace, NETLINK configures. No SOCK_RAW, and no SOCK_PACKET, which
    // the kernel turns into another family. Protocols: default, ICMP (1, also "UNIX"), TCP, UDP; naming any other
    // one makes the kernel load its module.
    allowExcept(["socket", "socketpair"],
      { argument: 0, notIn: [1, 2, 10], verdict: "EAFNOSUPPORT" },
      { argument: 1, mask: 0xf, in: [3, 10], verdict: "EPERM" },
      { argument: 2, notIn: [0, 1, 6, 17], verdict: "EPROTONOSUPPORT" }),

    // No membership of a multicast group (at level IP, 0: IP_ADD_MEMBERSHIP, IP_ADD_SOURCE_MEMBERSHIP, MCAST_JOIN_GROUP and
    // MCAST_JOIN_SOURCE_GROUP; at level IPV6, 41, their likes and anycast), and no IPV6_FLOWLABEL_MGR: the kernel acts on
    // both for a while after the socket has gone, in a namespace that the next box may get. ENODEV: no device can do that.
    allowExcept(["setsockopt"],
      { argument: 1, notIn: [0, 41], verdict: "ALLOW" },
      { argument: 2, in: [35, 39, 42, 46], verdict: "ENODEV" },
      { argument: 1, in: [0], verdict: "ALLOW" },
      { argument: 2, in: [20, 27, 32], verdict: "ENODEV" }),

    // TIOCSTI, TIOCLINUX and TIOCCONS put words into a terminal's mouth; TIOCSETD loads line disciplines.
    allowExcept(["ioctl"], { argument: 1, in: [0x5412, 0x541c, 0x541d, 0x5423], verdict: "EPERM" }),

    // F_SETLEASE and F_NOTIFY act on the inode, and so would tell one box what another one opens.
    allowExcept(["fcntl"], { argument: 1, in: [1024, 1026], verdict: "EPERM" }),

    // PR_SET_MM rewrites what /proc says of a process. PR_SET_MEMORY_MERGE is MADV_MERGEABLE, below, for all of its memory.
    allowExcept(["prctl"],
      { argument: 0, in: [35], verdict: "EPERM" },
      { argument: 0, in: [67], verdict: "EINVAL" }),

    // Linux, 32-bit Linux, both with UNAME26, ADDR_NO_RANDOMIZE (sanitizers and debuggers need it) and the query.
    // Others change how the kernel maps memory and resolves calls.
    allowExcept(["personality"],
      { argument: 0, notIn: [0, 8, 0x20000, 0x20008, 0x40000, 0xffffffff], verdict: "EPERM" }),

    // OTHER, BATCH and IDLE, with or without RESET_ON_FORK; never real time.
    allowExcept(["sched_setscheduler"], { argument: 1, mask: 0xbfffffff, notIn: [0, 3, 5], verdict: "EPERM" }),

    // Huge pages come from a pool that the memory cgroup does not count: MAP_HUGETLB, SHM_HUGETLB, MFD_HUGETLB fail
    // as if the pool were empty.
    allowExcept(["mmap"], { argument: 3, mask: 0x40000, notIn: [0], verdict: "ENOMEM" }),
    allowExcept(["shmget"], { argument: 2, mask: 0x800, notIn: [0], verdict: "ENOMEM" }),
    allowExcept(["memfd_create"], { argument: 1, mask: 0x4, notIn: [0], verdict: "ENOMEM" }),

    // MADV_MERGEABLE: pages shared by content let one box time what another one has. EINVAL is a kernel without KSM.
    allowExcept(["madvise"], { argument: 2, in: [12], verdict: "EINVAL" }),

    // ---- EPERM: administration ----

    // Mounts and namespaces.
    answer("EPERM", "mount", "umount2", "pivot_root", "chroot", "move_mount", "mount_setattr", "open_tree",
      "open_tree_attr", "fsopen", "fsconfig", "fsmount", "fspick", "unshare", "setns"),

    // Other processes' memory and descriptors; telling them apart by kernel addresses.
    answer("EPERM", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease",
      "pidfd_getfd", "kcmp", "move_pages", "migrate_pages"),

    // Code in the kernel, its log, its counters, and handling page faults for it (which wins races).
    answer("EPERM", "bpf", "perf_event_open", "userfaultfd", "init_module", "finit_module", "delete_module",
      "kexec_load", "kexec_file_load", "lookup_dcookie", "syslog"),

    // Files past the mounts: by handle, and by watching a whole file system.
    answer("EPERM", "name_to_handle_at", "open_by_handle_at", "fanotify_init", "fanotify_mark"),

    // The machine: clocks, names, swap, quotas, ports, segments, power, the terminal.
    answer("EPERM", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname",
      "swapon", "swapoff", "quotactl", "quotactl_fd", "acct", "ioperm", "iopl", "modify_ldt", "reboot", "vhangup"),

    // Priority over others: deadlines (whose argument is in memory, out of a filter's sight) and io classes.
    answer("EPERM", "sched_setattr", "ioprio_set"),

    // Flushing whole file systems makes every other box wait for the disk; `fsync` of one's own files is allowed.
    answer("EPERM", "sync", "syncfs"),

    // Relics.
    answer("EPERM", "uselib", "ustat", "_sysctl", "create_module", "get_kernel_syms", "query_module", "nfsservctl",
      "getpmsg", "putpmsg", "afs_syscall", "tuxcall", "security", "vserver", "epoll_ctl_old", "epoll_wait_old"),

    // ---- EINVAL: pages moved between pipes and files ----

    // The way from a pipe into the page cache of a file that is only readable. Callers copy instead on this error.
    answer("EINVAL", "splice", "tee", "vmsplice"),

    // ---- ENOSYS: as if the kernel were older ----

    // `clone3` has its flags in memory, out of a filter's sight; libc falls back on `clone`.
    answer("ENOSYS", "clone3"),

    // Operations that no filter sees: they are queued in shared memory.
    answer("ENOSYS", "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "io_destroy", "io_submit",
      "io_cancel", "io_getevents", "io_pgetevents"),

    // Keyrings are not in any namespace and outlive a box.
    answer("ENOSYS", "add_key", "request_key", "keyctl"),

    // Memory that its owner's cgroup or the kernel itself cannot look into; placement on NUMA nodes; shadow stacks.
    answer("ENOSYS", "memfd_secret", "mbind", "set_mempolicy", "get_mempolicy", "set_mempolicy_home_node",
      "remap_file_pages", "map_shadow_stack"),

    // What is mounted, cached, configured; the box's own rules are already in force.
    answer("ENOSYS", "statmount", "listmount", "cachestat", "sysfs", "lsm_get_self_attr", "lsm_set_self_attr",
      "lsm_list_modules", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"),

    // Newer forms of allowed calls, which nothing depends on yet, and entry points of the kernel's own probes.
    answer("ENOSYS", "futex_wake", "futex_wait", "futex_requeue", "setxattrat", "getxattrat", "listxattrat",
      "removexattrat", "file_getattr", "file_setattr", "uprobe", "uretprobe"),

    // Exist for 32-bit programs only.
    answer("ENOSYS", "set_thread_area", "get_thread_area"),
  ],
};
