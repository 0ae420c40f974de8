import type { ExecutionResponse, RunResponse } from "../../protocol/execution-response.ts";

/** What `millrace run` writes, to standard output and error. */
export interface Report {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** The program's own output, byte for byte; then, for a program that did not just exit, a line that says what happened. */
export function reportOf(response: ExecutionResponse): Report {
  const { run, compile, status } = response;
  if (run === null) {
    // A compiler's messages are not what the program prints, whichever of its outputs they came from.
    const said = compile === null ? [] : [stdoutOf(compile), stderrOf(compile)];
    return { stdout: Buffer.alloc(0), stderr: withLastLine(Buffer.concat(said), status, compile?.message ?? null) };
  }
  const hasExited = status === "ok" || (status === "runtime_error" && run.exitCode !== null);
  const stderr = stderrOf(run);
  return { stdout: stdoutOf(run), stderr: hasExited ? stderr : withLastLine(stderr, status, run.message) };
}

function stdoutOf({ stdout, stdoutEncoding }: RunResponse): Buffer {
  return Buffer.from(stdout, stdoutEncoding);
}

function stderrOf({ stderr, stderrEncoding }: RunResponse): Buffer {
  return Buffer.from(stderr, stderrEncoding);
}

function withLastLine(before: Buffer, status: string, message: string | null): Buffer {
  const isAtLineStart = before.length === 0 || before.at(-1) === 0x0a;
  const line = `${isAtLineStart ? "" : "\n"}millrace: ${status}${message === null ? "" : `: ${message}`}\n`;
  return Buffer.concat([before, Buffer.from(line)]);
}
