import { expect, test } from "vitest";
import { ERRORS, type ErrorCode } from "../domain/errors.ts";
import type { ExecutionResult, RunResult } from "../domain/execution.ts";
import { executionId, nodeId } from "../domain/ids.ts";
import { createExecutionLines } from "./execution-line.ts";
import { createLog } from "./log.ts";

const UUID = "00000000-0000-4000-8000-000000000000";
const ID = executionId(UUID);
const submitter = { client: "ci", address: "10.0.0.1" };

const run: RunResult = {
  status: "runtime_error",
  exit: { kind: "signal", signal: "SIGSEGV" },
  stdout: Buffer.from("secret"),
  stderr: Buffer.from("secret"),
  stdoutTruncated: false,
  stderrTruncated: false,
  cpuMs: 8.21449,
  wallMs: 9.9,
  memoryBytes: 4096,
  cached: false,
  warm: true,
  message: "secret",
};

const result: ExecutionResult = {
  id: ID,
  status: "runtime_error",
  language: "c",
  version: "12.2.0",
  compile: { ...run, exit: { kind: "code", code: 0 }, warm: false },
  run,
  queuedMs: 0.12345,
  totalMs: 20,
  node: nodeId(UUID),
  isolation: "full",
};

function capture(level: "debug" | "info") {
  const logged: Record<string, unknown>[] = [];
  const log = createLog({ level, stream: { write: (line) => logged.push(JSON.parse(line)) } });
  return { lines: createExecutionLines(log), logged };
}

test("an execution that ended has one line, with what it used and nothing of what it was", () => {
  const { lines, logged } = capture("info");
  lines.executionEnded(result, submitter);
  expect(logged).toHaveLength(1);
  const { time, ...line } = logged[0] ?? {};
  expect(time).toMatch(/^\d{4}-.*Z$/);
  expect(line).toEqual({
    level: 30,
    msg: "execution",
    id: ID,
    language: "c",
    version: "12.2.0",
    status: "runtime_error",
    exitCode: null,
    signal: "SIGSEGV",
    queuedMs: 0.123,
    totalMs: 20,
    compile: { cpuMs: 8.214, wallMs: 9.9, memoryBytes: 4096, cached: false },
    run: { cpuMs: 8.214, wallMs: 9.9, memoryBytes: 4096, warm: true },
    node: result.node,
    isolation: "full",
    client: "ci",
    address: "10.0.0.1",
  });
});

test("a compile that failed tells how the compiler exited", () => {
  const { lines, logged } = capture("info");
  lines.executionEnded({ ...result, compile: { ...run, exit: { kind: "code", code: 1 } }, run: null }, submitter);
  expect(logged).toMatchObject([{ exitCode: 1, signal: null, run: null }]);
});

test("an internal error is an error; what a program does is not", () => {
  const { lines, logged } = capture("info");
  lines.executionEnded({ ...result, status: "internal_error", compile: null, run: null }, submitter);
  expect(logged).toMatchObject([{ level: 50, status: "internal_error", exitCode: null, signal: null }]);
});

test("an execution whose client hung up before it ran has a line", () => {
  const { lines, logged } = capture("info");
  lines.executionAbandoned({ id: ID, language: "c", version: "12.2.0" }, submitter);
  expect(logged).toMatchObject([{ level: 30, id: ID, status: "cancelled", started: false, client: "ci" }]);
});

test("a refused request to execute has a line whose level says whom it concerns", () => {
  const { lines, logged } = capture("debug");
  const codes = Object.keys(ERRORS) as ErrorCode[];
  for (const code of codes) lines.requestRefused({ code, isForExecution: true, execution: null, submitter });
  const levels = new Map(logged.map(({ code, level }) => [code, level]));
  expect(levels.size).toBe(codes.length);
  expect([levels.get("internal"), levels.get("queue_full"), levels.get("no_worker")]).toEqual([50, 40, 40]);
  expect([levels.get("rate_limited"), levels.get("invalid_field")]).toEqual([30, 20]);
  expect(logged[0]).toMatchObject({ msg: "execution", status: "refused", id: null, language: null, client: "ci" });
});

test("a refused request for anything else has none", () => {
  const { lines, logged } = capture("debug");
  lines.requestRefused({ code: "not_found", isForExecution: false, execution: null, submitter });
  expect(logged).toEqual([]);
});
