import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Reads a file of /proc; "" for a process that is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if (isGone(error)) return "";
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH");
}

/** Every process of this host, by its id. */
export function allPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** The fields of /proc/PID/stat behind the command's name: state, parent, … */
function statFields(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

export function parentOf(pid: number): number {
  return Number(statFields(pid)[1] ?? 0);
}

/** Whether it exists and is no zombie. */
export function isAlive(pid: number): boolean {
  const [state = ""] = statFields(pid);
  return state !== "" && state !== "Z" && state !== "X";
}

export function childrenOf(pid: number): number[] {
  return allPids().filter((candidate) => parentOf(candidate) === pid);
}

/** Children, their children, and so on. */
export function descendantsOf(pid: number): number[] {
  const children = childrenOf(pid);
  return [...children, ...children.flatMap(descendantsOf)];
}

/** The arguments, separated by spaces. */
export function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
}

/** A field of /proc/PID/status, like `Uid` or `CapEff`; "" when it is gone. */
export function statusOf(pid: number, field: string): string {
  return new RegExp(`^${field}:[ \t]*(.*)$`, "m").exec(read(`/proc/${pid}/status`))?.[1] ?? "";
}

/** Ids of a process from the host's view down to those of its innermost pid namespace. */
export function namespacePidsOf(pid: number): number[] {
  return statusOf(pid, "NSpid").split(/\s+/).filter(Boolean).map(Number);
}

/** What each descriptor of a process refers to, like `socket:[123]` or a path. */
export function descriptorsOf(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  return readdirSync(directory).flatMap((fd) => {
    try {
      return [readlinkSync(`${directory}/${fd}`)];
    } catch (error) {
      if (isGone(error)) return [];
      throw error;
    }
  });
}

/** Resident memory, bytes. */
export function residentBytes(pid: number): number {
  return 1024 * Number.parseInt(statusOf(pid, "VmRSS"), 10);
}
