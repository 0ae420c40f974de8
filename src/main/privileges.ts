import { readdirSync, readFileSync } from "node:fs";

/** Who the server becomes. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Gives up root for good: no groups, no capabilities, no way back. Then verifies that it is so, for every thread.
 * Everything that root has to read must have been read, modules included: the program may lie where only root can look.
 * @throws {Error} when any privilege is left; the process must not go on then.
 */
export function dropPrivileges(identity: Identity): void {
  const { setgroups, setgid, setuid } = process;
  if (!setgroups || !setgid || !setuid) throw new Error("This system has no users; Millrace needs Linux");
  setgroups.call(process, []);
  setgid.call(process, identity.gid);
  setuid.call(process, identity.uid);
  verifyIdentity(identity);
}

/** @throws {Error} when a thread of this process is anyone else, or could do anything as root. */
export function verifyIdentity({ uid, gid }: Identity): void {
  for (const thread of readdirSync("/proc/self/task")) {
    const status = readFileSync(`/proc/self/task/${thread}/status`, "utf8");
    demand(status, "Uid", `${uid} ${uid} ${uid} ${uid}`);
    demand(status, "Gid", `${gid} ${gid} ${gid} ${gid}`);
    demand(status, "Groups", "");
    demand(status, "CapPrm", "0".repeat(16));
    demand(status, "CapEff", "0".repeat(16));
  }
  if (canBecomeRoot()) throw new Error("The server could still become root after it gave up its privileges");
}

/**
 * For a server that an ordinary user has started: there is nothing to give up.
 * @throws {Error} when it has any privilege all the same; the process must not go on then.
 */
export function verifyPowerless(uid: number): void {
  for (const thread of readdirSync("/proc/self/task")) {
    const status = readFileSync(`/proc/self/task/${thread}/status`, "utf8");
    demand(status, "Uid", `${uid} ${uid} ${uid} ${uid}`);
    demand(status, "CapPrm", "0".repeat(16));
    demand(status, "CapEff", "0".repeat(16));
  }
  if (canBecomeRoot()) throw new Error("The server could become root, though an ordinary user has started it");
}

function demand(status: string, field: string, wanted: string): void {
  const given = new RegExp(`^${field}:(.*)$`, "m").exec(status)?.[1]?.trim().split(/\s+/).join(" ");
  if (given !== wanted)
    throw new Error(`The server has ${field} "${given}" after giving up its privileges, not "${wanted}"`);
}

function canBecomeRoot(): boolean {
  try {
    process.setuid?.(0);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EPERM") return false;
    throw error;
  }
}
