import type { ExecutionResult, RunResult } from "../domain/execution.ts";
import type { Status } from "../domain/outcome.ts";
import { roundMs, wholeCharacters } from "../protocol/to-response.ts";

/** Outcomes of which the run's own output does not tell the reason. */
const STOPPED: ReadonlySet<Status> = new Set<Status>([
  "time_limit_exceeded",
  "memory_limit_exceeded",
  "output_limit_exceeded",
  // Of a run: the compiler ended well and made no program.
  "compile_error",
  "cancelled",
  "internal_error",
]);

export interface TextAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * A result as plain text: what the program printed. When it failed, then its standard error, or the compiler's output
 * when that failed; when it was stopped, last a line that says why.
 */
export function toTextAnswer(result: ExecutionResult): TextAnswer {
  const run = result.run ?? result.compile;
  const [first = new Uint8Array(), ...others] = run === null ? [] : toChunks(result.status, run);
  const body = others.length === 0 ? first : Buffer.concat([first, ...others]);
  return { headers: toHeaders(result, run), body };
}

function toHeaders({ status, isolation }: ExecutionResult, run: RunResult | null): Record<string, string> {
  const headers: Record<string, string> = { "Millrace-Status": status };
  if (isolation !== null) headers["Millrace-Isolation"] = isolation;
  if (run === null) return headers;
  if (run.exit?.kind === "code") headers["Millrace-Exit-Code"] = String(run.exit.code);
  if (run.exit?.kind === "signal") headers["Millrace-Signal"] = run.exit.signal;
  headers["Millrace-Cpu-Ms"] = String(roundMs(run.cpuMs));
  headers["Millrace-Wall-Ms"] = String(roundMs(run.wallMs));
  headers["Millrace-Memory-Bytes"] = String(run.memoryBytes);
  headers["Millrace-Warm"] = String(run.warm);
  return headers;
}

function toChunks(status: Status, run: RunResult): Uint8Array[] {
  const chunks = [wholeCharacters(run.stdout, run.stdoutTruncated)];
  if (status !== "ok") chunks.push(wholeCharacters(run.stderr, run.stderrTruncated));
  if (STOPPED.has(run.status) || run.exit === null) chunks.push(lastLine(run, chunks));
  return chunks;
}

function lastLine({ status, message }: RunResult, before: readonly Uint8Array[]): Buffer {
  const lastByte = before.findLast((chunk) => chunk.length > 0)?.at(-1);
  const isAtLineStart = lastByte === undefined || lastByte === 0x0a;
  return Buffer.from(`${isAtLineStart ? "" : "\n"}millrace: ${status}${message === null ? "" : `: ${message}`}\n`);
}
