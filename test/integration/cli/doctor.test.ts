import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { boxTrials } from "../../../src/main/doctor/box-trials.ts";
import { readBlocks, withoutNumbers } from "../../hosts/page.ts";
import { type CliResult, millrace } from "../../support/cli.ts";
import { isUnified } from "../../support/control-groups.ts";

interface Diagnosis {
  readonly verdict: string;
  readonly findings: readonly { check: string; verdict: string; reason: string; remedy: string | null }[];
}

/** Has the doctor look at this host after a change that only it sees. @param change a command of the shell. */
function examineAfter(change: string, flags = "--json"): Promise<CliResult> {
  const script = `mount --make-rprivate / && ${change} && exec "$0" src/cli/millrace.ts doctor ${flags}`;
  return new Promise((resolve) => {
    execFile("unshare", ["--mount", "sh", "-c", script, process.execPath], (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

function findingOf({ stdout }: CliResult, check: string) {
  return (JSON.parse(stdout) as Diagnosis).findings.find((finding) => finding.check === check);
}

test("this host passes: boxes are made, limits hold, languages say hello; one that is absent counts for nothing", async () => {
  const { status, stdout, stderr } = await examineAfter("mount --bind /dev/null /usr/bin/sqlite3", "");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^PASS: millrace serve can run programs here\.$/m);
  for (const check of [
    "cgroups",
    "namespaces",
    "launcher",
    "box",
    "memory limit",
    "cpu limit",
    "wall limit",
    "output limit",
    "disk limit",
    "process limit",
    "fork bomb",
    "leftovers",
    "power",
    "files",
    "processes",
    "network",
    "administration",
    "32-bit programs",
    "python",
  ]) {
    expect(stdout).toMatch(new RegExp(`^PASS +${check} `, "m"));
  }
  expect(stdout).not.toMatch(/^(?:FAIL|DEGRADED) /m);
  const shown = readBlocks().find(({ section }) => section === `Version ${isUnified ? 2 : 1}, root`)?.lines ?? [];
  const ofBoxes = shown.slice(0, shown.findIndex((line) => line.startsWith("PASS      leftovers ")) + 1);
  expect(ofBoxes.length).toBeGreaterThan(5);
  expect(stdout.split("\n").map(withoutNumbers)).toEqual(expect.arrayContaining(ofBoxes.map(withoutNumbers)));
  expect(stdout).toMatch(/^ABSENT +sql +.* is not installed\.\n +\$ apt-get install sqlite3$/m);
});

// What is tried in a box, tried without one, by a user of this host who has nothing: each finds what it must not find in a box.
test.for(["power", "files", "processes", "network", "administration", "leftovers", "32-bit programs"])(
  "without a box the trial fails: %s",
  async (check, context) => {
    const trial = boxTrials(process.arch).find((each) => each.check === check);
    if (trial === undefined) return context.skip(`it is not for ${process.arch}`);
    const directory = mkdtempSync(join(tmpdir(), "millrace-trial-"));
    try {
      for (const { path, content, mode } of trial.files ?? []) writeFileSync(join(directory, path), content, { mode });
      writeFileSync(join(directory, "left"), "");
      execFileSync("chown", ["-R", "65534:65534", directory]);
      const shell = spawnSync("/bin/sh", ["-c", trial.script], { cwd: directory, uid: 65534, gid: 65534 });
      if (check === "32-bit programs" && shell.status === 0) return context.skip("this kernel runs no 32-bit programs");
      if (check === "network" && shell.status === 0) return context.skip("this host has no network");
      expect(shell.status).toBe(1);
      expect(shell.stdout.toString()).not.toBe("");
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
);

test("what it says as JSON has a shape that stays", async () => {
  const { stdout } = await millrace(["doctor", "--json"], { isRoot: false });
  expect(JSON.parse(stdout)).toEqual({
    verdict: "fail",
    findings: [
      { check: "system", verdict: "pass", reason: expect.any(String), remedy: null },
      { check: "user", verdict: "fail", reason: expect.any(String), remedy: null },
      { check: "proc", verdict: "pass", reason: expect.any(String), remedy: null },
    ],
  });
});

test("an ordinary user is told what root has to do for it, once", async () => {
  const { status, stdout } = await millrace(["doctor"], { isRoot: false, env: { HOME: "/nonexistent" } });
  expect(status).toBe(1);
  expect(stdout).toMatch(
    /^(?:DEGRADED {2}user +This is user 1000, without subordinate ids.*\n +\$ sudo sh -c 'apt-get|PASS {6}user +This is user 1000, with )/m,
  );
  expect(stdout).toMatch(
    /^FAIL {6}cgroups +.*\n +\$ (?:for c in memory pids cpu cpuacct; do sudo mkdir|systemd-run --user) /m,
  );
});

test("control groups that cannot be written fail, with the command that mends it, and no box is tried", async () => {
  const result = await examineAfter("mount -o bind,remount,ro /sys/fs/cgroup/memory");
  expect(result.status).toBe(1);
  expect(findingOf(result, "cgroups")).toMatchObject({
    verdict: "fail",
    remedy: "mount -o remount,rw /sys/fs/cgroup/memory",
  });
  expect(findingOf(result, "box")).toBeUndefined();
});

test("a controller that is missing fails, with the command that brings it", async () => {
  const result = await examineAfter("umount /sys/fs/cgroup/pids");
  expect(result.status).toBe(1);
  expect(findingOf(result, "cgroups")).toMatchObject({ verdict: "fail", remedy: expect.stringContaining("-o pids") });
});

test("where no control groups are accepted, all else holds, and the host is degraded", async () => {
  const result = await examineAfter("umount -R /sys/fs/cgroup", "--json --isolation reduced");
  expect(result.status).toBe(3);
  expect(findingOf(result, "cgroups")).toMatchObject({ verdict: "degraded", remedy: expect.any(String) });
  for (const check of ["administration", "memory limit", "cpu limit", "process limit", "fork bomb", "leftovers"])
    expect(findingOf(result, check)).toMatchObject({ verdict: "pass" });
});
