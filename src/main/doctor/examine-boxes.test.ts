import { expect, test } from "vitest";
import { LaunchError, type RunReport, type RunSpec } from "../../sandbox/sandbox.ts";
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

async function examine(run: (spec: RunSpec) => Partial<RunReport>): Promise<Finding[]> {
  return Array.fromAsync(examineBoxes({ run: async (spec) => ({ ...REPORT, ...run(spec) }) }));
}

test("boxes that hold what is tried pass, and say how long it took", async () => {
  const findings = await examine(({ limits }) => {
    if (limits.memoryBytes < 100_000_000) return { oomKills: 1 };
    if (limits.cpuMs < 1_000) return { stopCause: "cpu" };
    return limits.processes < 10 ? { exit: { kind: "code", code: 2 } } : {};
  });
  expect(findings.map(({ check, verdict }) => [check, verdict])).toEqual([
    ["box", "pass"],
    ["memory limit", "pass"],
    ["cpu limit", "pass"],
    ["process limit", "pass"],
  ]);
  expect(findings[0]?.reason).toBe("A program runs in a box, in 2 ms.");
});

test("a limit that does not hold fails, and ends the trials", async () => {
  const findings = await examine(() => ({}));
  expect(findings.map(({ verdict }) => verdict)).toEqual(["pass", "fail"]);
  expect(findings[1]?.reason).toBe("A program in a box ended with ok, not memory_limit_exceeded.");
});

test("a box that cannot be made fails, naming the step", async () => {
  const findings = await examine(() => {
    throw new LaunchError("mount: EPERM", { stage: "root_mount", errno: "EPERM" });
  });
  expect(findings).toEqual([
    { check: "box", verdict: "fail", reason: "No box could be made: root_mount, EPERM.", remedy: null },
  ]);
});
