import { attributeOutcome } from "../domain/attribute-outcome.ts";
import type { RunResult } from "../domain/execution.ts";
import type { Limits } from "../domain/limits.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { RunReport } from "../sandbox/sandbox.ts";

/** The result of a run that took place. */
export function toRunResult(report: RunReport, limits: Limits): RunResult {
  return {
    ...attributeOutcome(report, limits),
    exit: report.exit,
    stdout: report.stdout,
    stderr: report.stderr,
    stdoutTruncated: report.stdoutTruncated,
    stderrTruncated: report.stderrTruncated,
    cpuMs: report.cpuMs,
    wallMs: report.wallMs,
    memoryBytes: report.memoryBytes,
    cached: false,
    warm: report.isWarm,
  };
}

/** The result of a run whose process never started. */
export function unstartedResult(outcome: Outcome): RunResult {
  return {
    ...outcome,
    exit: null,
    stdout: new Uint8Array(),
    stderr: new Uint8Array(),
    stdoutTruncated: false,
    stderrTruncated: false,
    cpuMs: 0,
    wallMs: 0,
    memoryBytes: 0,
    cached: false,
    warm: false,
  };
}
