import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { type Finding, fail, pass } from "./finding.ts";

const CHECK = "cgroups";

/** What boxes are held and measured by. */
const CONTROLLERS = ["memory", "pids", "cpu", "cpuacct"] as const;

/** Without its cpu controller, which only shares the processor out, version 2 still measures what boxes use of it. */
const CONTROLLERS_OF_VERSION_2 = ["memory", "pids"] as const;

/** What of the host is looked at; a test brings its own. */
export interface CgroupHost {
  /** Makes a control group in a hierarchy, and removes it. @throws {NodeJS.ErrnoException} */
  tryGroup(hierarchy: string): void;
  /** What version 2 controls there, as its `cgroup.controllers` says. */
  controllersOf(hierarchy: string): string;
}

const thisHost: CgroupHost = {
  tryGroup(hierarchy) {
    const path = `${hierarchy}/millrace-doctor-${process.pid}`;
    mkdirSync(path);
    rmdirSync(path);
  },
  controllersOf: (hierarchy) => readFileSync(`${hierarchy}/cgroup.controllers`, "latin1"),
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
    hierarchies.set(controller, mount.point);
  }
  for (const [controller, hierarchy] of hierarchies) {
    const refused = tryGroup(hierarchy, controller, host);
    if (refused !== null) return refused;
  }
  return pass(CHECK, `Groups of version 1 can be made, for ${CONTROLLERS.join(", ")}.`);
}

/** @returns null when a group could be made. */
function tryGroup(hierarchy: string, what: string, host: CgroupHost): Finding | null {
  try {
    host.tryGroup(hierarchy);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = `No group can be made in ${hierarchy} (${code}), so ${what} of boxes cannot be limited.`;
    return fail(CHECK, reason, code === "EROFS" ? `mount -o remount,rw ${hierarchy}` : null);
  }
}

/** @returns null when version 2 is not there, or does not have what boxes need. */
function examineVersion2(mounts: readonly Mount[], host: CgroupHost): Finding | null {
  const mount = mounts.find(({ type }) => type === "cgroup2");
  if (mount === undefined) return null;
  const here = host.controllersOf(mount.point).trim().split(" ");
  if (!CONTROLLERS_OF_VERSION_2.every((name) => here.includes(name))) return null;
  const refused = tryGroup(mount.point, CONTROLLERS_OF_VERSION_2.join(" and "), host);
  return refused ?? pass(CHECK, "Groups of version 2 can be made, for memory and pids.");
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
