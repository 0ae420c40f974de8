import type { Exit, StopCause } from "../domain/outcome.ts";
import type { Collected } from "./collect-files.ts";
import type { RunReport } from "./sandbox.ts";
import { signalName } from "./stages.ts";
import type { ExitReport } from "./wire.ts";

/** `EXITED`'s causes by number. `lost`: the box's first process died without being told to. */
const CAUSES = [null, "output", "memory", "cpu", "wall", "killed", "lost"] as const satisfies readonly (
  | StopCause
  | "lost"
  | null
)[];

export function causeOf(report: ExitReport): StopCause | "lost" | null {
  return CAUSES[report.cause] ?? null;
}

function exitOf(report: ExitReport): Exit {
  return report.exitKind === "code"
    ? { kind: "code", code: report.exitValue }
    : { kind: "signal", signal: signalName(report.exitValue) };
}

export const NOTHING_COLLECTED: Collected = { files: [], refusedFiles: [] };

/** What a program printed, in the order in which it arrived. */
export interface Output {
  readonly stdout: Buffer[];
  readonly stderr: Buffer[];
}

export function toRunReport(
  report: ExitReport,
  stopCause: StopCause | null,
  output: Output,
  collected: Collected,
  isWarm: boolean,
): RunReport {
  return {
    isWarm,
    stopCause,
    exit: exitOf(report),
    oomKills: report.oomKills,
    cpuMs: report.cpuUs / 1_000,
    wallMs: report.wallUs / 1_000,
    memoryBytes: report.memoryBytes,
    stdout: joined(output.stdout),
    stderr: joined(output.stderr),
    stdoutTruncated: report.stdoutTruncated,
    stderrTruncated: report.stderrTruncated,
    ...collected,
  };
}

/** What a program prints mostly arrives at once. */
function joined(parts: readonly Buffer[]): Buffer {
  const [first, ...others] = parts;
  return first !== undefined && others.length === 0 ? first : Buffer.concat(parts);
}

/** The report of a run that was aborted before its program started. */
export function neverStarted(): RunReport {
  return {
    isWarm: false,
    stopCause: "killed",
    exit: { kind: "signal", signal: "SIGKILL" },
    oomKills: 0,
    cpuMs: 0,
    wallMs: 0,
    memoryBytes: 0,
    stdout: Buffer.alloc(0),
    stderr: Buffer.alloc(0),
    stdoutTruncated: false,
    stderrTruncated: false,
    ...NOTHING_COLLECTED,
  };
}
