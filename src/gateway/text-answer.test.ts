import { describe, expect, it } from "vitest";
import type { ExecutionResult, RunResult } from "../domain/execution.ts";
import type { ExecutionId, NodeId } from "../domain/ids.ts";
import { SAMPLE_RUN } from "../domain/sample-execution.test-support.ts";
import { toTextAnswer } from "./text-answer.ts";

function answerTo(status: ExecutionResult["status"], runs: { compile?: Partial<RunResult>; run?: Partial<RunResult> }) {
  const answer = toTextAnswer({
    id: "exe_1" as ExecutionId,
    status,
    language: "c",
    version: "12.2.0",
    compile: runs.compile ? { ...SAMPLE_RUN, ...runs.compile } : null,
    run: runs.run ? { ...SAMPLE_RUN, ...runs.run } : null,
    queuedMs: 0,
    totalMs: 0,
    node: "node_1" as NodeId,
    isolation: "reduced",
  });
  return { headers: answer.headers, body: Buffer.from(answer.body).toString() };
}

const bytes = (text: string) => Buffer.from(text);

describe("toTextAnswer", () => {
  it("is the standard output alone when all went well", () => {
    const { body } = answerTo("ok", {
      compile: { stderr: bytes("warning") },
      run: { stdout: bytes("out"), stderr: bytes("err") },
    });
    expect(body).toBe("out");
  });

  it("has the standard error too when the program failed", () => {
    const failed = {
      status: "runtime_error",
      exit: { kind: "code", code: 3 },
      stdout: bytes("out\n"),
      stderr: bytes("err\n"),
      message: "exit code 3",
    } as const;
    const { body, headers } = answerTo("runtime_error", { run: failed });
    expect(body).toBe("out\nerr\n");
    expect(headers).toMatchObject({ "Millrace-Status": "runtime_error", "Millrace-Exit-Code": "3" });
  });

  it("names a signal, and no exit code then", () => {
    const { headers } = answerTo("runtime_error", {
      run: { status: "runtime_error", exit: { kind: "signal", signal: "SIGSEGV" } },
    });
    expect(headers["Millrace-Signal"]).toBe("SIGSEGV");
    expect(headers).not.toHaveProperty("Millrace-Exit-Code");
  });

  it("is the compiler's output when that failed", () => {
    const compile = {
      status: "runtime_error",
      exit: { kind: "code", code: 1 },
      stdout: bytes(""),
      stderr: bytes("main.c:1: error\n"),
      cpuMs: 27,
    } as const;
    const { body, headers } = answerTo("compile_error", { compile });
    expect(body).toBe("main.c:1: error\n");
    expect(headers).toMatchObject({
      "Millrace-Status": "compile_error",
      "Millrace-Exit-Code": "1",
      "Millrace-Cpu-Ms": "27",
    });
  });

  it.each([
    ["", "", "millrace: time_limit_exceeded: more than 5 ms of cpu time\n"],
    ["out\n", "", "out\nmillrace: time_limit_exceeded: more than 5 ms of cpu time\n"],
    ["out", "", "out\nmillrace: time_limit_exceeded: more than 5 ms of cpu time\n"],
    ["out", "err", "outerr\nmillrace: time_limit_exceeded: more than 5 ms of cpu time\n"],
    ["out", "err\n", "outerr\nmillrace: time_limit_exceeded: more than 5 ms of cpu time\n"],
  ])("ends with a line of its own that says why a run was stopped, after %j and %j", (stdout, stderr, expected) => {
    const stopped = {
      status: "time_limit_exceeded",
      stdout: bytes(stdout),
      stderr: bytes(stderr),
      message: "more than 5 ms of cpu time",
    } as const;
    expect(answerTo("time_limit_exceeded", { run: stopped }).body).toBe(expected);
  });

  it("says why the compiler was stopped", () => {
    const compile = {
      status: "memory_limit_exceeded",
      stdout: bytes(""),
      stderr: bytes("cc1: note"),
      message: "too much",
    } as const;
    const { body, headers } = answerTo("compile_error", { compile });
    expect(body).toBe("cc1: note\nmillrace: memory_limit_exceeded: too much\n");
    expect(headers["Millrace-Status"]).toBe("compile_error");
  });

  it("never cuts a character in half", () => {
    const cut = {
      status: "output_limit_exceeded",
      stdout: bytes("aé").subarray(0, 2),
      stdoutTruncated: true,
      message: null,
    } as const;
    expect(answerTo("output_limit_exceeded", { run: cut }).body).toBe("a\nmillrace: output_limit_exceeded\n");
  });

  it("says so when nothing ran", () => {
    expect(answerTo("internal_error", {})).toEqual({
      headers: { "Millrace-Status": "internal_error", "Millrace-Isolation": "reduced" },
      body: "",
    });
  });
});
