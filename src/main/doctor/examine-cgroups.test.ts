import { expect, test } from "vitest";
import { examineCgroups } from "./examine-cgroups.ts";

function mountInfo(...mounts: readonly (readonly [point: string, type: string, options: string])[]): string {
  return mounts
    .map(([point, type, options]) => `31 24 0:27 / ${point} rw,relatime - ${type} x rw,${options}\n`)
    .join("");
}

const V1 = mountInfo(
  ["/sys/fs/cgroup/memory", "cgroup", "memory"],
  ["/sys/fs/cgroup/cpu,cpuacct", "cgroup", "cpu,cpuacct"],
  ["/sys/fs/cgroup/pids", "cgroup", "pids"],
);
const V2 = mountInfo(["/sys/fs/cgroup", "cgroup2", "nsdelegate"]);

const willing = { tryGroup: () => undefined, controllersOf: () => "", uid: 0, ownGroups: () => "0::/\n" };

function refuse(code: string, where: string) {
  const tryGroup = (hierarchy: string) => {
    if (hierarchy === where) throw Object.assign(new Error(code), { code });
  };
  return { ...willing, tryGroup };
}

test("version 1, alone or beside version 2, is what is needed; a group is tried in each hierarchy", () => {
  const tried: string[] = [];
  expect(examineCgroups(V1 + V2, { ...willing, tryGroup: (hierarchy) => void tried.push(hierarchy) }).verdict).toBe(
    "pass",
  );
  expect(new Set(tried)).toEqual(
    new Set(["/sys/fs/cgroup/memory", "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/pids"]),
  );
});

test("version 2 alone is enough when it has memory and pids, and groups can be made in it", () => {
  const controllersOf = () => "cpuset cpu io memory pids\n";
  expect(examineCgroups(V2, { ...willing, controllersOf }).verdict).toBe("pass");
  expect(examineCgroups(V2, { ...refuse("EROFS", "/sys/fs/cgroup"), controllersOf })).toMatchObject({
    verdict: "fail",
    remedy: "mount -o remount,rw /sys/fs/cgroup",
  });
  expect(examineCgroups(V2, { ...willing, controllersOf: () => "cpuset memory\n" }).verdict).toBe("fail");
});

test("a controller that is not mounted is named, with how to mount it", () => {
  expect(examineCgroups(V1.replaceAll("pids", "freezer") + V2, willing)).toMatchObject({
    verdict: "fail",
    reason: "The controller pids is not mounted.",
    remedy: "mkdir -p /sys/fs/cgroup/pids && mount -t cgroup -o pids cgroup /sys/fs/cgroup/pids",
  });
});

test("a hierarchy that cannot be written is named, with how to write it where that is known", () => {
  expect(examineCgroups(V1, refuse("EROFS", "/sys/fs/cgroup/memory"))).toMatchObject({
    verdict: "fail",
    reason: "No group can be made in /sys/fs/cgroup/memory (EROFS), so memory of boxes cannot be limited.",
    remedy: "mount -o remount,rw /sys/fs/cgroup/memory",
  });
  expect(examineCgroups(V1, refuse("EACCES", "/sys/fs/cgroup/pids"))).toMatchObject({ verdict: "fail", remedy: null });
});

test("others than root have groups of version 1 that root has made for them", () => {
  const tried: string[] = [];
  const host = { ...willing, uid: 1000, tryGroup: (hierarchy: string) => void tried.push(hierarchy) };
  expect(examineCgroups(V1, host).verdict).toBe("pass");
  expect(tried).toContain("/sys/fs/cgroup/memory/millrace-1000");
  expect(examineCgroups(V1, { ...refuse("ENOENT", "/sys/fs/cgroup/memory/millrace-1000"), uid: 1000 })).toMatchObject({
    verdict: "fail",
    remedy: expect.stringContaining("sudo chown 1000 /sys/fs/cgroup/$c/millrace-1000"),
  });
});

test("others than root have a group of version 2 that is delegated to them, with its controllers", () => {
  const own = "/sys/fs/cgroup/user.slice/run.scope";
  const host = { ...willing, uid: 1000, ownGroups: () => "0::/user.slice/run.scope/millrace.server\n" };
  const controllersOf = () => "memory pids\n";
  expect(examineCgroups(V2, { ...host, controllersOf }).verdict).toBe("pass");
  const refusing = { ...host, controllersOf, tryGroup: refuse("EACCES", own).tryGroup };
  expect(examineCgroups(V2, refusing)).toMatchObject({
    verdict: "fail",
    remedy: expect.stringContaining("Delegate=yes"),
  });
  const lacking = { ...host, controllersOf: (group: string) => (group === own ? "memory\n" : "memory pids\n") };
  expect(examineCgroups(V2, lacking)).toMatchObject({ verdict: "fail", reason: expect.stringContaining("lacks") });
});
