import type { Limits } from "../domain/limits.ts";
import { WORK_DIRECTORY } from "../domain/work-directory.ts";
import { generateEtc } from "./generated-etc.ts";
import type { HostFacts } from "./host-facts.ts";
import { procEntries } from "./proc-plan.ts";
import { boxRlimits, type Rlimit } from "./rlimits.ts";
import { GATE_PATH, placeholderOf, type WarmStart, zygotesOf } from "./warm-start.ts";

type EntryData =
  | { readonly kind: "dir"; readonly path: string; readonly mode: number }
  | { readonly kind: "file"; readonly path: string; readonly mode: number; readonly content: Uint8Array }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | {
      readonly kind: "device";
      readonly path: string;
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    }
  /** A device of the host itself, once it is known to have this number. */
  | {
      readonly kind: "hostDevice";
      readonly path: string;
      readonly source: string;
      readonly major: number;
      readonly minor: number;
    }
  /** A directory of the host, read-only, with inodes of the lane's own. */
  | { readonly kind: "tree"; readonly path: string; readonly source: string }
  /** A file of the host, read-only. */
  | { readonly kind: "bind"; readonly path: string; readonly source: string }
  /** A directory of the one file system that a box may write. `owner`: 0 or 1000, as seen inside. */
  | {
      readonly kind: "store";
      readonly path: string;
      readonly mode: number;
      readonly owner: 0 | 1000;
      readonly name: string;
    }
  | { readonly kind: "proc" | "maskFile" | "maskDir" | "readOnly"; readonly path: string }
  | { readonly kind: "sysctl"; readonly path: string; readonly value: string };

/** One thing that is in every box, and why. Paths are the box's. */
export type PlanEntry = EntryData & { readonly why: string };

/** What every box is made of: the whole policy, to be read from top to bottom. The launcher makes it, in this order. */
export interface BoxPlan {
  /** Boxes that may live at once: running, standing ready or being removed. */
  readonly lanes: number;
  readonly hostname: string;
  /** What all boxes together may use, bytes. */
  readonly memoryBytes: number;
  /** The most processes of any run. */
  readonly processes: number;
  readonly entries: readonly PlanEntry[];
  readonly rlimits: readonly (Rlimit & { readonly why: string })[];
  /** The compiled syscall filter. */
  readonly filter: Uint8Array;
  /** Interpreters that may be booted ahead. */
  readonly warmStarts: readonly WarmStart[];
}

/** Something of the host that a language needs in the box. */
export interface HostPath {
  readonly source: string;
  /** Where it appears in the box; by default at the same place. */
  readonly path?: string;
  readonly why: string;
}

export interface BoxPlanOptions {
  readonly host: HostFacts;
  readonly lanes: number;
  readonly memoryBytes: number;
  /** What no run may go above. */
  readonly maximum: Limits;
  readonly filter: Uint8Array;
  /** False in a user namespace, where the kernel lets nobody make one; true by default. */
  readonly canMakeDevices?: boolean;
  /** Directories outside `/usr`, like a toolchain's. */
  readonly trees?: readonly HostPath[];
  /** Single files outside `/usr`. */
  readonly binds?: readonly HostPath[];
  /** With the gate that they need, a file of the host. */
  readonly warm?: { readonly starts: readonly WarmStart[]; readonly gate: string };
}

/** What boxes of this plan show of the host. */
export function sourcesOf({ entries }: BoxPlan): string[] {
  return entries.flatMap((entry) => (entry.kind === "tree" || entry.kind === "bind" ? [entry.source] : []));
}

const HOSTNAME = "millrace";
const PROGRAM_USER = 1000;

function usrEntries(host: HostFacts): PlanEntry[] {
  const entries: PlanEntry[] = [
    { kind: "tree", path: "/usr", source: "/usr", why: "programs, libraries and compilers of the host" },
  ];
  for (const [name, target] of host.topLevel) {
    const path = `/${name}`;
    const why = "where programs expect their interpreter and their libraries";
    entries.push(target === null ? { kind: "tree", path, source: path, why } : { kind: "link", path, target, why });
  }
  return entries;
}

function hostEntries(kind: "tree" | "bind", paths: readonly HostPath[] = []): PlanEntry[] {
  return paths.map(({ source, path = source, why }) => ({ kind, path, source, why }));
}

function etcEntries(host: HostFacts): PlanEntry[] {
  const entries: PlanEntry[] = [{ kind: "dir", path: "/etc", mode: 0o755, why: "generated, none of it the host's" }];
  for (const { path, content, why } of generateEtc(HOSTNAME))
    entries.push({ kind: "file", path, mode: 0o644, content: Buffer.from(content), why });
  entries.push(
    { kind: "link", path: "/etc/mtab", target: "/proc/self/mounts", why: "the old name of the mount table" },
    { kind: "link", path: "/etc/localtime", target: "/usr/share/zoneinfo/Etc/UTC", why: "every box is in UTC" },
  );
  if (host.ldSoCache !== null) {
    const why = "the dynamic linker finds the host's libraries as fast as on the host";
    entries.push({ kind: "file", path: "/etc/ld.so.cache", mode: 0o644, content: host.ldSoCache, why });
  }
  for (const [name, target] of host.alternatives)
    entries.push({ kind: "link", path: `/etc/alternatives/${name}`, target, why: "programs in /usr are links to it" });
  return entries;
}

function devEntries(canMakeDevices: boolean): PlanEntry[] {
  const device = (name: string, minor: number, why: string): PlanEntry => {
    const path = `/dev/${name}`;
    return canMakeDevices
      ? { kind: "device", path, mode: 0o666, major: 1, minor, why }
      : { kind: "hostDevice", path, source: path, major: 1, minor, why };
  };
  const link = (name: string, target: string): PlanEntry => {
    return { kind: "link", path: `/dev/${name}`, target, why: "the process's own descriptors by name" };
  };
  // No tty, pts or ptmx: a program has pipes, and no terminal to push input into.
  return [
    { kind: "dir", path: "/dev", mode: 0o755, why: "devices of our own making" },
    device("null", 3, "the sink"),
    device("zero", 5, "the source of zeros"),
    device("full", 7, "the disk that is always full"),
    device("random", 8, "random bytes"),
    device("urandom", 9, "random bytes"),
    link("fd", "/proc/self/fd"),
    link("stdin", "/proc/self/fd/0"),
    link("stdout", "/proc/self/fd/1"),
    link("stderr", "/proc/self/fd/2"),
  ];
}

/**
 * The gate, and for zygotes a main file without a program: interpreters look at it before they open it. A zygote waits in its lane's root,
 * where nothing of a box is mounted over the work directory yet.
 */
function warmEntries(warm: BoxPlanOptions["warm"]): PlanEntry[] {
  if (warm === undefined) return [];
  const files = new Map(zygotesOf(warm.starts).map((start) => [start.mainFile, placeholderOf(start)]));
  return [
    { kind: "bind", path: GATE_PATH, source: warm.gate, why: "stops an interpreter that is booted ahead" },
    ...Array.from(files).flatMap(([path, content]): PlanEntry[] => {
      return path === null
        ? []
        : [{ kind: "file", path, mode: 0o644, content, why: "what a zygote sees; no box does" }];
    }),
  ];
}

function storeEntries(): PlanEntry[] {
  const shared = { kind: "store", mode: 0o1777, owner: 0 } as const;
  return [
    {
      kind: "store",
      path: WORK_DIRECTORY,
      mode: 0o755,
      owner: PROGRAM_USER,
      name: "box",
      why: "the work directory, with the program's files",
    },
    { ...shared, path: "/tmp", name: "tmp", why: "temporary files" },
    { ...shared, path: "/dev/shm", name: "shm", why: "POSIX shared memory and semaphores" },
    { kind: "link", path: "/var/tmp", target: "/tmp", why: "the other place for temporary files" },
  ];
}

/**
 * Decides what is in every box. Everything that is not named here is not there: not the host's `/etc`, `/home`, `/root`,
 * `/run`, `/sys` or `/var`, no socket and no terminal.
 */
export function createBoxPlan(options: BoxPlanOptions): BoxPlan {
  const { host, lanes, memoryBytes, maximum, filter } = options;
  return {
    lanes,
    hostname: HOSTNAME,
    memoryBytes,
    processes: maximum.processes,
    entries: [
      ...usrEntries(host),
      ...etcEntries(host),
      ...hostEntries("tree", options.trees),
      ...hostEntries("bind", options.binds),
      ...devEntries(options.canMakeDevices ?? true),
      ...warmEntries(options.warm),
      ...storeEntries(),
      ...procEntries(host),
    ],
    rlimits: boxRlimits(maximum),
    filter,
    warmStarts: options.warm?.starts ?? [],
  };
}
