import { readFileSync, readlinkSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { readProcess } from "../support/processes.ts";

/**
 * Looks again and again without a pause: what is looked for may last no longer than a millisecond.
 * @throws {Error} when it was not seen in time.
 */
export async function catchSight<Value>(
  what: string,
  look: () => Value | null | undefined | false,
  timeoutMs = 10_000,
): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (performance.now() >= deadline) throw new Error(`It was not seen within ${timeoutMs} ms: ${what}`);
    await turn();
  }
}

/** Stops a process where it is. @returns false when it had ended before. */
export async function freeze(pid: number): Promise<boolean> {
  if (!signal(pid, "SIGSTOP")) return false;
  return catchSight(`${pid} stands still`, () => {
    const state = readProcess(pid)?.state ?? "X";
    if (state === "T") return { isStill: true };
    return "ZX".includes(state) && { isStill: false };
  }).then(({ isStill }) => isStill);
}

/** Lets it go on, if it still exists. */
export function thaw(pid: number): void {
  signal(pid, "SIGCONT");
}

/** @returns false when there is no such process any more. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}

export function childrenOf(pid: number): number[] {
  const text = orNone(() => readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1"));
  return text.split(" ").filter(Boolean).map(Number);
}

/** The file that a process runs; empty when it has ended. */
export function executableOf(pid: number): string {
  return orNone(() => readlinkSync(`/proc/${pid}/exe`));
}

/** What a program says to whoever looks at it from outside, without using anything that a box counts or bounds. */
export const MARK = "os.umask(0o111)";

export function hasMark(pid: number): boolean {
  return /^Umask:\s+0111$/m.test(orNone(() => readFileSync(`/proc/${pid}/status`, "latin1")));
}

/** Its group in the hierarchy of a controller, as a directory. */
export function groupOf(pid: number, controller: string): string {
  const line = new RegExp(`^\\d+:${controller}:(.*)$`, "m").exec(readFileSync(`/proc/${pid}/cgroup`, "latin1"))?.[1];
  return `/sys/fs/cgroup/${controller}${line}`;
}

function orNone(read: () => string): string {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ESRCH") return "";
    throw error;
  }
}
