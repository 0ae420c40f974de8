import { expect, test } from "vitest";
import type { HostUser } from "../host-user.ts";
import { StartError } from "../start-error.ts";
import { allowNamespaces, examineMemory, examineSystem, examineUser } from "./examine-host.ts";

test("boxes are Linux's, and there are filters for two kinds of processor", () => {
  expect(examineSystem("linux", "x64").verdict).toBe("pass");
  expect(examineSystem("linux", "arm64").verdict).toBe("pass");
  expect(examineSystem("linux", "riscv64")).toMatchObject({
    verdict: "fail",
    reason: "This is linux on riscv64; boxes need Linux on x64 or arm64.",
  });
  expect(examineSystem("darwin", "x64")).toMatchObject({ verdict: "fail", reason: expect.stringContaining("darwin") });
});

const rootless = (count: number): HostUser => ({
  kind: "rootless",
  uid: 1000,
  gid: 1000,
  ids: { firstUid: 100_000, firstGid: 100_000, count },
  runtimeDirectory: "/run/user/1000/millrace",
  cacheDirectory: null,
});

test.each<[string, string, string]>([
  ["root", "000001ffffffffff", "pass"],
  ["root of a container", "00000000a80425fb", "fail"],
])("%s", (_who, capabilities, verdict) => {
  const root = (): HostUser => ({ kind: "root", cacheDirectory: "/var/cache" });
  expect(examineUser(`Name:\tnode\nCapPrm:\t${capabilities}\n`, root).verdict).toBe(verdict);
});

test("an ordinary user makes boxes with ids of its own; without, less is held apart, and root can mend it", () => {
  expect(examineUser("", () => rootless(65_536))).toMatchObject({
    check: "user",
    verdict: "pass",
    reason: expect.stringContaining("65536 subordinate ids"),
  });
  expect(examineUser("", () => rootless(0))).toMatchObject({
    verdict: "degraded",
    remedy: expect.stringMatching(/^sudo sh -c 'apt-get install uidmap && usermod .* 1000'$/),
  });
  const homeless = () => {
    throw new StartError("There is no place for its sockets");
  };
  expect(examineUser("", homeless)).toMatchObject({ verdict: "fail", reason: "There is no place for its sockets." });
});

test.each([
  [{ "kernel/unprivileged_userns_clone": "0" }, "sysctl -w kernel.unprivileged_userns_clone=1"],
  [{ "kernel/apparmor_restrict_unprivileged_userns": "1" }, "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"],
  [{}, "sysctl -w user.max_user_namespaces=15000"],
])("what keeps a host from making namespaces is turned off: %j", (settings: Record<string, string>, remedy) => {
  expect(allowNamespaces((name) => settings[name] ?? null)).toBe(remedy);
});

test("memory has to go round for all slots", () => {
  const GIB = 1024 ** 3;
  expect(examineMemory({ slots: 4, boxBytes: GIB }).verdict).toBe("pass");
  expect(examineMemory({ slots: 5, boxBytes: GIB })).toMatchObject({
    verdict: "degraded",
    remedy: "millrace serve --slots 4",
  });
  expect(examineMemory({ slots: 1, boxBytes: 1 })).toMatchObject({ remedy: "millrace serve --slots 1" });
});
