import { accessSync, constants, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { type Environment, processEnvironment, readVariable } from "../config/environment.ts";
import { StartError } from "./start-error.ts";

/** Ids of the host that a user may give out to whatever it runs. */
export interface SubordinateIds {
  readonly firstUid: number;
  readonly firstGid: number;
  /** How many of each; 0 when there are none, or none that could be used. */
  readonly count: number;
}

/** Who makes boxes on this host: root, or an ordinary user in a user namespace of its own. */
export type HostUser =
  | { readonly kind: "root"; readonly cacheDirectory: string }
  | {
      readonly kind: "rootless";
      readonly uid: number;
      readonly gid: number;
      readonly ids: SubordinateIds;
      /** Sockets and locks of this user's servers are in there. */
      readonly runtimeDirectory: string;
      /** What is made once and kept; null when this user has no home. */
      readonly cacheDirectory: string | null;
    };

/** What toolchains need that is made once, and kept from one start to the next. */
const ROOTS_CACHE = "/var/cache/millrace";

/** As many as native/instance.h gives to one server; fewer are of no use. */
const IDS_PER_INSTANCE = 1_024;

/** What is told of a user; a test brings its own. */
export interface UserFacts {
  readonly uid: number;
  readonly gid: number;
  /** Null for one that this host has no name for. */
  readonly name: string | null;
  readonly env: Environment;
  /** The texts of /etc/subuid and /etc/subgid. */
  readonly subuid: string;
  readonly subgid: string;
  /** Whether there are newuidmap and newgidmap, which alone may give out ids. */
  readonly hasMappers: boolean;
}

/** @throws {StartError} when there is no place for its sockets. */
export function findHostUser(): HostUser {
  const uid = process.getuid?.() ?? 0;
  return describeUser({
    uid,
    gid: process.getgid?.() ?? 0,
    name: nameOf(),
    env: processEnvironment(),
    subuid: readOrEmpty("/etc/subuid"),
    subgid: readOrEmpty("/etc/subgid"),
    hasMappers: ["/usr/bin/newuidmap", "/usr/bin/newgidmap"].every(isExecutable),
  });
}

/** @throws {StartError} when there is no place for its sockets. */
export function describeUser(facts: UserFacts): HostUser {
  const { uid, env } = facts;
  if (uid === 0) return { kind: "root", cacheDirectory: ROOTS_CACHE };
  const home = readVariable(env, "HOME");
  const caches = readVariable(env, "XDG_CACHE_HOME") ?? (home && join(home, ".cache"));
  const runtime = readVariable(env, "XDG_RUNTIME_DIR") ?? caches;
  if (runtime === undefined) {
    throw new StartError(
      `There is no place for the sockets of user ${uid}: set XDG_RUNTIME_DIR, or HOME, to a directory that is its own`,
    );
  }
  return {
    kind: "rootless",
    uid,
    gid: facts.gid,
    ids: findSubordinateIds(facts),
    runtimeDirectory: join(runtime, runtime === caches ? "millrace-run" : "millrace"),
    cacheDirectory: caches === undefined ? null : join(caches, "millrace"),
  };
}

function findSubordinateIds({ uid, name, subuid, subgid, hasMappers }: UserFacts): SubordinateIds {
  const owners = [String(uid), name];
  const uids = findRange(subuid, owners);
  const gids = findRange(subgid, owners);
  const count = Math.min(uids.count, gids.count);
  if (!hasMappers || count < IDS_PER_INSTANCE) return { firstUid: 0, firstGid: 0, count: 0 };
  return { firstUid: uids.first, firstGid: gids.first, count };
}

/** The first line of the user's: `name or id:first:count`, as subuid(5) has it. */
function findRange(text: string, owners: readonly (string | null)[]): { first: number; count: number } {
  for (const line of text.split("\n")) {
    const [owner = "", first, count] = line.split(":");
    if (owners.includes(owner)) return { first: Number(first) || 0, count: Number(count) || 0 };
  }
  return { first: 0, count: 0 };
}

function nameOf(): string | null {
  try {
    return userInfo().username;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_SYSTEM_ERROR") return null;
    throw error;
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EACCES")) return "";
    throw error;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // whatever the reason, it cannot be used
  }
}

/** A command of root's that gives a user subordinate ids. */
export function giveIds(uid: number): string {
  return `apt-get install uidmap && usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${uid}`;
}

/** What a server says of itself at its start when it holds less than it should; null for nothing. */
export function describeShortfall(user: HostUser): string | null {
  if (user.kind === "root" || user.ids.count > 0) return null;
  return `DEGRADED: user ${user.uid} has no subordinate ids, so all boxes and this server share its one id: what is held apart by ids is not. Mend it, as root: ${giveIds(user.uid)}`;
}
