import { isUtf8 } from "node:buffer";
import type { ExecutionResult, RunResult } from "../domain/execution.ts";
import type { ExecutionState } from "../domain/execution-state.ts";
import type { ExecutionResponse, ExecutionStateResponse, RunResponse } from "./execution-response.ts";

export function toResponse(result: ExecutionResult): ExecutionResponse {
  return {
    id: result.id,
    state: "done",
    status: result.status,
    language: result.language,
    version: result.version,
    compile: result.compile && toRunResponse(result.compile),
    run: result.run && toRunResponse(result.run),
    tests: null,
    files: [],
    queuedMs: roundMs(result.queuedMs),
    totalMs: roundMs(result.totalMs),
    node: result.node,
    isolation: result.isolation,
  };
}

/** What of an execution that is not done is worth telling. */
export interface StandingExecution {
  readonly id: string;
  readonly language: string;
  readonly version: string;
  readonly state: ExecutionState;
}

/** An execution in whatever state it is. */
export function toStateResponse({ id, language, version, state }: StandingExecution): ExecutionStateResponse {
  if (state.kind === "done") return toResponse(state.result);
  return {
    id,
    state: state.kind,
    status: null,
    language,
    version,
    compile: null,
    run: null,
    tests: null,
    files: [],
    queuedMs: null,
    totalMs: null,
    node: state.kind === "running" ? state.node : null,
    isolation: null,
  };
}

export function toRunResponse(run: RunResult): RunResponse {
  const stdout = toText(run.stdout, run.stdoutTruncated);
  const stderr = toText(run.stderr, run.stderrTruncated);
  return {
    status: run.status,
    exitCode: run.exit?.kind === "code" ? run.exit.code : null,
    signal: run.exit?.kind === "signal" ? run.exit.signal : null,
    stdout: stdout.text,
    stderr: stderr.text,
    stdoutEncoding: stdout.encoding,
    stderrEncoding: stderr.encoding,
    stdoutTruncated: run.stdoutTruncated,
    stderrTruncated: run.stderrTruncated,
    cpuMs: roundMs(run.cpuMs),
    wallMs: roundMs(run.wallMs),
    memoryBytes: run.memoryBytes,
    cached: run.cached,
    warm: run.warm,
    message: run.message,
  };
}

/** Milliseconds to three decimals. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

export function toText(bytes: Uint8Array, isTruncated: boolean): { text: string; encoding: "utf8" | "base64" } {
  const whole = wholeCharacters(bytes, isTruncated);
  const view = Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength);
  return isUtf8(view)
    ? { text: view.toString("utf8"), encoding: "utf8" }
    : { text: view.toString("base64"), encoding: "base64" };
}

/**
 * Output without the part of a UTF-8 character that a cut left at its end. Bytes that were not cut, or that are not UTF-8
 * anyway, stay as they are.
 */
export function wholeCharacters(bytes: Uint8Array, isTruncated: boolean): Uint8Array {
  if (!isTruncated) return bytes;
  const whole = bytes.subarray(0, bytes.length - incompleteTail(bytes));
  return isUtf8(whole) ? whole : bytes;
}

/** How many bytes at the end begin a UTF-8 character whose rest is missing: 0 to 3. */
export function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** Of a byte with which no character begins: 1, since nothing can follow it. */
function sequenceLength(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1;
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
