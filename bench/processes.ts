import { readdirSync, readFileSync } from "node:fs";
import { countDescriptors } from "../test/support/processes.ts";

/** What the kernel says of a process at one moment. */
export interface ProcessState {
  readonly pid: number;
  readonly parent: number;
  /** Processor time of its own, milliseconds, in steps of 10. */
  readonly cpuMs: number;
  /** Processor time of the children that it has waited for, and of theirs, milliseconds. */
  readonly childCpuMs: number;
}

/** How often `/proc` counts in a second: USER_HZ, which is the same on every Linux. */
const MS_PER_TICK = 10;

/** @returns null when there is no such process any more. */
function readState(pid: number): ProcessState | null {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name, in parentheses, may hold anything; the fields after it are numbered from 3, the state.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = (number: number) => Number(fields[number - 3]) * MS_PER_TICK;
  return { pid, parent: Number(fields[1]), cpuMs: ticks(14) + ticks(15), childCpuMs: ticks(16) + ticks(17) };
}

/** A server's processes by what they are for. */
export interface ServerProcesses {
  readonly server: number;
  readonly supervisor: number;
  readonly launcher: number;
  /** Everything below the launcher: boxes, and those that make and remove them. */
  readonly boxes: readonly number[];
}

export function findProcesses(server: number): ServerProcesses {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readState(Number(name)))
    .filter((state) => state !== null);
  const childrenOf = (pid: number) => all.filter(({ parent }) => parent === pid).map((child) => child.pid);
  const below = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...below(child)]);
  const [supervisor] = childrenOf(server);
  const [launcher] = supervisor === undefined ? [] : childrenOf(supervisor);
  if (supervisor === undefined || launcher === undefined) throw new Error(`Process ${server} has no launcher`);
  return { server, supervisor, launcher, boxes: below(launcher) };
}

/** @throws {Error} when the process is gone. */
export function readCpu(pid: number): Pick<ProcessState, "cpuMs" | "childCpuMs"> {
  const state = readState(pid);
  if (state === null) throw new Error(`Process ${pid} is gone`);
  return state;
}

/** How often the threads of a process gave the processor up because they had nothing to do. 0 for one that is gone. */
export function countVoluntarySwitches(pid: number): number {
  const threads = listIfThere(`/proc/${pid}/task`);
  const statuses = threads.map((thread) => readIfThere(`/proc/${pid}/task/${thread}/status`) ?? "");
  return statuses.reduce((total, status) => total + readField(status, "voluntary_ctxt_switches"), 0);
}

export interface Holdings {
  /** Resident memory, bytes; what it shares with others counts fully. */
  readonly residentBytes: number;
  /** Without those of networks: a lane keeps its network for a while, or does not. */
  readonly descriptors: number;
}

export function readHoldings(pid: number): Holdings {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return { residentBytes: readField(status, "VmRSS") * 1024, descriptors: countDescriptors(pid) };
}

/** Processor time of the whole machine that was not idle, milliseconds. */
export function readBusyMs(): number {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq) * MS_PER_TICK;
}

function readField(text: string, name: string): number {
  const value = new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1];
  return value === undefined ? 0 : Number(value);
}

function readIfThere(path: string): string | null {
  return ifThere(() => readFileSync(path, "utf8"));
}

function listIfThere(path: string): string[] {
  return ifThere(() => readdirSync(path)) ?? [];
}

/** @returns null when the process went away meanwhile. */
function ifThere<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) return null;
    throw error;
  }
}
