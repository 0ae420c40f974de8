import type { PlanEntry } from "./box-plan.ts";
import type { HostFacts } from "./host-facts.ts";

/**
 * What must not be reached below a box's `/proc`, and what it would tell or allow. The rest stays: programs look into
 * `cpuinfo`, `meminfo`, `stat`, `loadavg`, `uptime`, `version`, `filesystems` and, above all, `self`.
 *
 * Files that take orders and tell nothing, like `sysrq-trigger` and `mtrr`, need no mask: all of `/proc` is read-only, and
 * their own permissions refuse everybody but the host's root.
 */
const HIDDEN: readonly (readonly [name: string, why: string])[] = [
  ["acpi", "wakes and powers the host's devices"],
  ["asound", "the host's sound devices"],
  ["bus", "the host's PCI and input devices"],
  ["cmdline", "how the host was booted, secrets included"],
  ["config.gz", "which weaknesses the kernel was built with"],
  ["diskstats", "what others read and write"],
  ["driver", "the host's devices"],
  ["dynamic_debug", "switches the kernel's messages"],
  ["fs", "file systems of the host and their settings"],
  ["interrupts", "what others do, by device and processor"],
  ["iomem", "the host's physical memory map"],
  ["ioports", "the host's hardware"],
  ["irq", "which processor serves which device"],
  ["kallsyms", "where the kernel's code is"],
  ["kcore", "the host's memory"],
  ["key-users", "users of the kernel's key rings"],
  ["keys", "keys of others"],
  ["kmsg", "the kernel's log"],
  ["kpagecgroup", "whose memory is where"],
  ["kpagecount", "which pages are shared: what others run"],
  ["kpageflags", "what the host's memory is used for"],
  ["latency_stats", "where others wait in the kernel"],
  ["modules", "which kernel modules could be attacked"],
  ["pagetypeinfo", "the host's free memory"],
  ["partitions", "the host's disks"],
  ["pressure", "what others do; its files take orders from anybody"],
  ["sched_debug", "every process of the host"],
  ["scsi", "the host's disks, and orders to them"],
  ["slabinfo", "what the kernel holds for others"],
  ["timer_list", "timers of every process of the host"],
  ["timer_stats", "timers of every process of the host"],
  ["tty", "the host's terminals"],
  ["vmallocinfo", "where the kernel's memory is"],
];

/** Hidden even where the host's root alone may open them: one wall is not enough for these. */
const ALWAYS_HIDDEN = new Set(["kcore", "kmsg"]);

/**
 * Whether anybody in a box could open it. What is for the host's root alone is not for them: no box has that user, and
 * root inside a box is another one. Each mask costs the making of every box about 10 microseconds.
 */
function isReachable(mode: number): boolean {
  return (mode & 0o007) !== 0;
}

/** The box's own `/proc`. The order matters: settings are written before it becomes read-only. */
export function procEntries(host: HostFacts): PlanEntry[] {
  const entries: PlanEntry[] = [
    { kind: "proc", path: "/proc", why: "shows the box's own processes only" },
    {
      kind: "sysctl",
      path: "/proc/sys/user/max_user_namespaces",
      value: "0",
      why: "no user namespace below the box's: that is where a program would be root again",
    },
    {
      kind: "readOnly",
      path: "/proc",
      why: "no setting is written; nor is oom_score_adj, by which a program might make itself the last to be killed",
    },
  ];
  for (const [name, why] of HIDDEN) {
    const found = host.proc.get(name);
    if (found === undefined || !(isReachable(found.mode) || ALWAYS_HIDDEN.has(name))) continue;
    entries.push({ kind: found.isDirectory ? "maskDir" : "maskFile", path: `/proc/${name}`, why });
  }
  return entries;
}
