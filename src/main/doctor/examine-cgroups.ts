import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { type Finding, fail, pass } from "./finding.ts";

const CHECK = "cgroups";

/** What boxes are held and measured by. */
const CONTROLLERS = ["memory", "pids", "cpu", "cpuacct"] as const;

/** Without its cpu controller, which only shares the processor out, version 2 still measures what boxes use of it. */
const CONTROLLERS_OF_VERSION_2 = ["memory", "pids"] as const;

/** A group of version 2 that belongs to who starts it, from the user's own systemd. */
const DELEGATE = "systemd-run --user --scope -p Delegate=yes millrace serve";

/** For root to do, once after each start of the host. */
function makeGroupsFor(uid: number): string {
  const group = `/sys/fs/cgroup/$c/millrace-${uid}`;
  return `for c in ${CONTROLLERS.join(" ")}; do sudo mkdir -p ${group} && sudo chown ${uid} ${group}; done`;
}

/** What of the host is looked at; a test brings its own. */
export interface CgroupHost {
  /** Makes a control group in a hierarchy, and removes it. @throws {NodeJS.ErrnoException} */
  tryGroup(hierarchy: string): void;
  /** What version 2 controls there, as its `cgroup.controllers` says. */
  controllersOf(hierarchy: string): string;
  /** Whose groups they have to be: 0 is root, who may use whole hierarchies. */
  readonly uid: number;
  /** Which groups this process is in, as `/proc/self/cgroup` says. */
  ownGroups(): string;
}

const thisHost: CgroupHost = {
  tryGroup(hierarchy) {
    const path = `${hierarchy}/millrace-doctor-${process.pid}`;
    mkdirSync(path);
    rmdirSync(path);
  },
  controllersOf: (hierarchy) => readFileSync(`${hierarchy}/cgroup.controllers`, "latin1"),
  uid: process.getuid?.() ?? 0,
  ownGroups: () => readFileSync("/proc/self/cgroup", "latin1"),
};

/**
 * Whether control groups can be made for boxes: of version 1, or the version 1 part of a hybrid host; else of version 2.
 * @param mountInfo the text of `/proc/self/mountinfo`.
 */
export function examineCgroups(mountInfo: string, host: CgroupHost = thisHost): Finding {
  const mounts = mountInfo.split("\n").flatMap((line) => parseMount(line) ?? []);
  const hierarchies = new Map<string, string>();
  for (const controller of CONTROLLERS) {
    const mount = mounts.find(({ type, options }) => type === "cgroup" && options.includes(controller));
    if (mount === undefined) return examineVersion2(mounts, host) ?? missing(controller);
    // Others than root have a group in there that root has made for them: native/cgroup-v1.c.
    hierarchies.set(controller, host.uid === 0 ? mount.point : `${mount.point}/millrace-${host.uid}`);
  }
  for (const [controller, hierarchy] of hierarchies) {
    const refused = tryGroup(hierarchy, controller, host, makeGroupsFor(host.uid));
    if (refused !== null) return refused;
  }
  return pass(CHECK, `Groups of version 1 can be made, for ${CONTROLLERS.join(", ")}.`);
}

/** @returns null when a group could be made. */
function tryGroup(hierarchy: string, what: string, host: CgroupHost, remedy: string): Finding | null {
  try {
    host.tryGroup(hierarchy);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = `No group can be made in ${hierarchy} (${code}), so ${what} of boxes cannot be limited.`;
    if (host.uid !== 0) return fail(CHECK, reason, remedy);
    return fail(CHECK, reason, code === "EROFS" ? `mount -o remount,rw ${hierarchy}` : null);
  }
}

/** @returns null when version 2 is not there, or does not have what boxes need. */
function examineVersion2(mounts: readonly Mount[], host: CgroupHost): Finding | null {
  const mount = mounts.find(({ type }) => type === "cgroup2");
  if (mount === undefined) return null;
  const has = (group: string) => {
    const here = host.controllersOf(group).trim().split(" ");
    return CONTROLLERS_OF_VERSION_2.every((name) => here.includes(name));
  };
  if (!has(mount.point)) return null;
  const what = CONTROLLERS_OF_VERSION_2.join(" and ");
  const group = host.uid === 0 ? mount.point : `${mount.point}${ownGroup(host)}`;
  if (!has(group)) return fail(CHECK, `${group}, where this user's groups would be, lacks ${what}.`, DELEGATE);
  const refused = tryGroup(group, what, host, DELEGATE);
  return refused ?? pass(CHECK, `Groups of version 2 can be made, for ${what}.`);
}

/** That of version 2. A server that is in the way of its boxes' groups moves down: native/cgroup-v2.c. */
function ownGroup(host: CgroupHost): string {
  const path = /^0::(.*)$/m.exec(host.ownGroups())?.[1] ?? "/";
  return path.replace(/\/millrace\.server$/, "").replace(/\/$/, "");
}

function missing(controller: string): Finding {
  const path = `/sys/fs/cgroup/${controller}`;
  return fail(
    CHECK,
    `The controller ${controller} is not mounted.`,
    `mkdir -p ${path} && mount -t cgroup -o ${controller} cgroup ${path}`,
  );
}

interface Mount {
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** @returns null for a line that is no mount. */
function parseMount(line: string): Mount | null {
  const [place = "", superBlock = ""] = line.split(" - ");
  const point = place.split(" ")[4];
  const [type, , options] = superBlock.split(" ");
  if (point === undefined || type === undefined || options === undefined) return null;
  return { point, type, options: options.split(",") };
}
