import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process of this host. */
export interface HostProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** The id that it sees itself: 1 for a box's first process. */
  readonly innerPid: number;
  /** The effective user. */
  readonly uid: number;
  /** One letter, like `S`; `Z` is a zombie. */
  readonly state: string;
  /** What it calls itself. */
  readonly name: string;
  /** Its arguments, joined by spaces; empty for a zombie. */
  readonly commandLine: string;
  /** The file it runs; null when it has ended or is the kernel's. */
  readonly executable: string | null;
}

/** Every process that lives or waits to be reaped. */
export function listProcesses(): HostProcess[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => readProcess(Number(pid)) ?? []);
}

/** @returns null when there is no such process. */
export function readProcess(pid: number): HostProcess | null {
  const status = orNull(() => readFileSync(`/proc/${pid}/status`, "latin1"));
  if (status === null) return null;
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
  const commandLine = orNull(() => readFileSync(`/proc/${pid}/cmdline`, "latin1")) ?? "";
  return {
    pid,
    parentPid: Number(field("PPid")),
    innerPid: Number(field("NSpid").split("\t").at(-1)),
    uid: Number(field("Uid").split("\t")[1]),
    state: field("State").slice(0, 1),
    name: field("Name"),
    commandLine: commandLine.replaceAll("\0", " ").trim(),
    executable: orNull(() => readlinkSync(`/proc/${pid}/exe`)),
  };
}

/** Whether it exists and is no zombie. */
export function isRunning(pid: number): boolean {
  const process = readProcess(pid);
  return process !== null && process.state !== "Z" && process.state !== "X";
}

/** A network namespace, and what a launcher reads to see whether it was used: see native/network.c. */
const KEPT_NETWORK = /^net:|\/net\/(?:sockstat|snmp6?|dev|ipv6_route)\b/;

/** How many descriptors it has open. Those of networks are left out: a lane keeps one for a while, or does not. */
export function countDescriptors(pid: number): number {
  return listDescriptors(pid).length;
}

/** What each of its descriptors is open on, without the numbers in it. Those of networks are left out. */
export function listDescriptors(pid: number): string[] {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => orNull(() => readlinkSync(`/proc/${pid}/fd/${fd}`)));
  return links.filter((link) => link === null || !KEPT_NETWORK.test(link)).map(withoutNumbers);
}

function withoutNumbers(link: string | null): string {
  return link === null ? "closed" : link.replaceAll(/\d+/g, "N");
}

/** Memory that is its own or shared, bytes. */
export function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return Number(kib ?? 0) * 1024;
}

/** For processes that end while they are looked at, and for those that hide their executable from us. */
function orNull<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES") return null;
    throw error;
  }
}
