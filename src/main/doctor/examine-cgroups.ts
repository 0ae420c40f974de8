import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { type Finding, fail, pass } from "./finding.ts";

const CHECK = "cgroups";

/** What boxes are held and measured by. */
const CONTROLLERS = ["memory", "pids", "cpu", "cpuacct"] as const;

/** Debian's way to have version 1 from the next start on. */
const USE_VERSION_1 =
  "echo 'GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX systemd.unified_cgroup_hierarchy=0\"' > /etc/default/grub.d/cgroup-v1.cfg && update-grub && reboot";

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
 * Whether control groups can be made for boxes: of version 1, or the version 1 part of a hybrid host.
 * @param mountInfo the text of `/proc/self/mountinfo`.
 */
export function examineCgroups(mountInfo: string, host: CgroupHost = thisHost): Finding {
  const mounts = mountInfo.split("\n").flatMap((line) => parseMount(line) ?? []);
  const hierarchies = new Map<string, string>();
  for (const controller of CONTROLLERS) {
    const mount = mounts.find(({ type, options }) => type === "cgroup" && options.includes(controller));
    if (mount === undefined) return missing(controller, mounts, host);
    hierarchies.set(controller, mount.point);
  }
  for (const [controller, hierarchy] of hierarchies) {
    try {
      host.tryGroup(hierarchy);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason = `No group can be made in ${hierarchy} (${code}), so ${controller} of boxes cannot be limited.`;
      return fail(CHECK, reason, code === "EROFS" ? `mount -o remount,rw ${hierarchy}` : null);
    }
  }
  return pass(CHECK, `Groups of version 1 can be made, for ${CONTROLLERS.join(", ")}.`);
}

function missing(controller: string, mounts: readonly Mount[], host: CgroupHost): Finding {
  const version2 = mounts.find(({ type }) => type === "cgroup2");
  // What version 2 has is called cpu there, for both of version 1's.
  const name = controller === "cpuacct" ? "cpu" : controller;
  if (version2 !== undefined && host.controllersOf(version2.point).trim().split(" ").includes(name)) {
    const reason = `Version 2 has the controller ${name} here; Millrace uses version 1 only, so far.`;
    return fail(CHECK, reason, USE_VERSION_1);
  }
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
