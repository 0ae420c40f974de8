import { randomUUID } from "node:crypto";
import type { Execution, ExecutionResult, RunResult } from "./execution.ts";
import { executionId, nodeId } from "./ids.ts";
import { DEFAULT_COMPILE_LIMITS, DEFAULT_RUN_LIMITS } from "./limits.ts";

export const SAMPLE_NODE = nodeId(randomUUID());

/** An execution that differs from others by its id, and says `label` where a test wants to tell it apart. */
export function sampleExecution(label = "", changes: Partial<Execution> = {}): Execution {
  return {
    id: executionId(randomUUID()),
    language: "python",
    version: "3.11.2",
    files: [{ path: "main.py", content: Buffer.from(label) }],
    stdin: new Uint8Array(),
    args: [],
    env: {},
    compileArgs: [],
    limits: DEFAULT_RUN_LIMITS,
    compileLimits: DEFAULT_COMPILE_LIMITS,
    priority: "normal",
    ...changes,
  };
}

export function labelOf(execution: Execution): string {
  return Buffer.from(execution.files[0]?.content ?? []).toString();
}

/** Of a program that printed 42. */
export const SAMPLE_RUN: RunResult = {
  status: "ok",
  exit: { kind: "code", code: 0 },
  stdout: Buffer.from("42\n"),
  stderr: new Uint8Array(),
  stdoutTruncated: false,
  stderrTruncated: false,
  cpuMs: 1.23456,
  wallMs: 2,
  memoryBytes: 4096,
  cached: false,
  warm: false,
  message: null,
};

export function sampleResult(execution: Execution): ExecutionResult {
  const { id, language, version } = execution;
  return {
    id,
    status: "ok",
    language,
    version,
    compile: null,
    run: null,
    queuedMs: 0,
    totalMs: 1,
    node: SAMPLE_NODE,
    isolation: "full",
  };
}
