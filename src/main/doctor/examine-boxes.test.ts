import { expect, test } from "vitest";
import { LaunchError, type RunReport, type RunSpec } from "../../sandbox/sandbox.ts";
import { boxTrials, type Trial } from "./box-trials.ts";
import { examineBoxes } from "./examine-boxes.ts";
import type { Finding } from "./finding.ts";

const REPORT: RunReport = {
  stopCause: null,
  exit: { kind: "code", code: 0 },
  oomKills: 0,
  cpuMs: 1,
  wallMs: 1.5,
  memoryBytes: 1,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
  stdoutTruncated: false,
  stderrTruncated: false,
  files: [],
  isWarm: false,
  refusedFiles: [],
};

const TRIALS: readonly Trial[] = [
  { check: "box", script: "exit 0", expected: ["ok"], shows: "A program runs" },
  { check: "limit", script: "spin", expected: ["time_limit_exceeded"], shows: "One is killed", limits: { cpuMs: 100 } },
  { check: "more", script: "exit 0", expected: ["ok", "runtime_error"], shows: "Another runs" },
];

async function examine(run: (spec: RunSpec) => Partial<RunReport>): Promise<Finding[]> {
  return Array.fromAsync(examineBoxes({ run: async (spec) => ({ ...REPORT, ...run(spec) }) }, TRIALS));
}

test("boxes that hold what is tried pass, and say how long it took", async () => {
  const findings = await examine(({ limits }) => (limits.cpuMs === 100 ? { stopCause: "cpu" } : {}));
  expect(findings.map(({ check, verdict }) => [check, verdict])).toEqual([
    ["box", "pass"],
    ["limit", "pass"],
    ["more", "pass"],
  ]);
  expect(findings[0]?.reason).toBe("A program runs, in 2 ms.");
});

test("a limit that does not hold fails, says what the program said, and ends the trials", async () => {
  const findings = await examine(() => ({ stdout: Buffer.from("still\nhere\n") }));
  expect(findings.map(({ verdict }) => verdict)).toEqual(["pass", "fail"]);
  expect(findings[1]?.reason).toBe("A program in a box ended with ok (still, here), not time_limit_exceeded.");
});

test("what is known to hold less degrades, and the trials go on", async () => {
  const trials: readonly Trial[] = TRIALS.map((trial) => ({ ...trial, otherwise: "degraded" }));
  const findings = await Array.fromAsync(examineBoxes({ run: async () => REPORT }, trials));
  expect(findings.map(({ verdict }) => verdict)).toEqual(["pass", "degraded", "pass"]);
});

test("a box that cannot be made fails, naming the step", async () => {
  const findings = await examine(() => {
    throw new LaunchError("mount: EPERM", { stage: "root_mount", errno: "EPERM" });
  });
  expect(findings).toEqual([
    { check: "box", verdict: "fail", reason: "No box could be made: root_mount, EPERM.", remedy: null },
  ]);
});

test("a 32-bit program is tried where there is a 64-bit processor that may run one", () => {
  const checks = (architecture: string) => boxTrials(architecture).map(({ check }) => check);
  expect(checks("x64")).toContain("32-bit programs");
  expect(checks("arm64")).toEqual(checks("x64").filter((check) => check !== "32-bit programs"));
});
