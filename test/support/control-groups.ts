import { existsSync, readdirSync, readFileSync } from "node:fs";
import { findOrdinaryUser } from "../hosts/ordinary-user.ts";

const ROOT = "/sys/fs/cgroup";

/** Where native/cgroup-v2.c puts a server that is in the way of its boxes' groups. */
const SERVER_GROUP = "/millrace.server";

/** A command that takes the control groups of this host away from the one behind it. */
export const WITHOUT_GROUPS: readonly string[] = [
  "unshare",
  "--mount",
  "sh",
  "-c",
  'umount -R /sys/fs/cgroup && exec "$@"',
  "sh",
];

/** Whether this host has cgroup version 2 alone. */
export const isUnified = existsSync(`${ROOT}/cgroup.controllers`);

/** The control groups of one instance's boxes. Looked up anew by every call. */
export interface ControlGroups {
  /** The groups of all boxes together that exist: one for each hierarchy. */
  parents(): string[];
  /** Groups that are a box's own, with their members. */
  boxes(): { readonly path: string; readonly pids: readonly number[] }[];
  /** How many boxes have one. */
  countBoxes(): number;
  /** Processes and threads in all boxes together. */
  countTasks(): number;
  /** Memory that boxes use, bytes. */
  memoryBytes(): number;
}

/**
 * @param number the instance's.
 * @param pid of its supervisor.
 */
export function findControlGroups(number: number, pid: number): ControlGroups {
  const hierarchies = isUnified
    ? [...new Set([baseOf(pid), ROOT])]
    : readdirSync(ROOT).flatMap((name) => [`${ROOT}/${name}`, ...rootlessBase(`${ROOT}/${name}`)]);
  const own =
    findOrdinaryUser() === null
      ? hierarchies
      : hierarchies.filter((path) => path.endsWith(`-${findOrdinaryUser()?.uid}`));
  const parents = () => own.map((hierarchy) => `${hierarchy}/millrace/${number}`).filter((path) => existsSync(path));
  // Of version 1 a box has one of its own where memory is; the others are its lane's.
  const boxesBelow = (parent: string) =>
    isUnified
      ? childGroups(parent).flatMap((lane) => childGroups(lane))
      : childGroups(parent).filter((path) => /\/\d+$/.test(path));

  function read(controller: string, file: string): number {
    const parent = parents().find((path) => isUnified || path.includes(`/${controller}/`));
    return Number(readFileSync(`${parent}/${file}`, "latin1"));
  }

  return {
    parents,
    boxes: () =>
      parents()
        .flatMap(boxesBelow)
        .map((path) => ({ path, pids: readPids(path) })),
    countBoxes: () => Math.max(0, ...parents().map((parent) => boxesBelow(parent).length)),
    countTasks: () => read("pids", "pids.current"),
    memoryBytes: () => read("memory", isUnified ? "memory.current" : "memory.usage_in_bytes"),
  };
}

/** The group of version 1 that root has made for another user. */
function rootlessBase(hierarchy: string): string[] {
  const user = findOrdinaryUser();
  return user === null ? [] : [`${hierarchy}/millrace-${user.uid}`];
}

/** The group of version 2 below which a supervisor has made its own, if it may not use the root of all. */
function baseOf(pid: number): string {
  const own = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, "latin1"))?.[1] ?? "/";
  const base = own.endsWith(SERVER_GROUP) ? own.slice(0, -SERVER_GROUP.length) : own;
  return `${ROOT}${base}`.replace(/\/$/, "");
}

/** Groups of boxes; zygotes have one in common that stays. */
function childGroups(parent: string): string[] {
  return orGone(() => readdirSync(parent, { withFileTypes: true }), []).flatMap((entry) =>
    entry.isDirectory() && entry.name !== "zygotes" ? [`${parent}/${entry.name}`] : [],
  );
}

function readPids(group: string): number[] {
  return orGone(() => readFileSync(`${group}/cgroup.procs`, "latin1"), "")
    .split("\n")
    .filter((line) => line !== "")
    .map(Number);
}

/** A box's group may be removed while it is looked at. */
function orGone<Value>(read: () => Value, gone: Value): Value {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENODEV") return gone;
    throw error;
  }
}
