import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExecutionResult, RunResult } from "../domain/execution.ts";
import type { ExecutionId, NodeId } from "../domain/ids.ts";
import { SAMPLE_RUN } from "../domain/sample-execution.test-support.ts";
import { executionResponseSchema } from "./execution-response.ts";
import { toResponse, wholeCharacters } from "./to-response.ts";

function resultOf(changes: Partial<RunResult>): ExecutionResult {
  return {
    id: "exe_1" as ExecutionId,
    status: "ok",
    language: "python",
    version: "3.11.2",
    compile: null,
    run: { ...SAMPLE_RUN, ...changes },
    queuedMs: 0.00049,
    totalMs: 3,
    node: "node_1" as NodeId,
    isolation: "full",
  };
}

describe("toResponse", () => {
  it("has every field, always", () => {
    expect(toResponse(resultOf({}))).toEqual({
      id: "exe_1",
      state: "done",
      status: "ok",
      language: "python",
      version: "3.11.2",
      compile: null,
      run: {
        status: "ok",
        exitCode: 0,
        signal: null,
        stdout: "42\n",
        stderr: "",
        stdoutEncoding: "utf8",
        stderrEncoding: "utf8",
        stdoutTruncated: false,
        stderrTruncated: false,
        cpuMs: 1.235,
        wallMs: 2,
        memoryBytes: 4096,
        cached: false,
        warm: false,
        message: null,
      },
      tests: null,
      files: [],
      queuedMs: 0,
      totalMs: 3,
      node: "node_1",
      isolation: "full",
    });
  });

  it("keeps to its schema", () => {
    const results = [
      resultOf({}),
      resultOf({ exit: { kind: "signal", signal: "SIGKILL" }, stdout: Buffer.from([0xff]) }),
      { ...resultOf({}), status: "compile_error" as const, compile: SAMPLE_RUN, run: null },
      { ...resultOf({}), status: "internal_error" as const, run: null },
      resultOf({ exit: null, status: "cancelled", message: "the client hung up" }),
    ];
    for (const result of results) expect(executionResponseSchema.parse(toResponse(result))).toEqual(toResponse(result));
  });

  it("says exit code or signal, never both", () => {
    expect(toResponse(resultOf({ exit: { kind: "code", code: 137 } })).run).toMatchObject({
      exitCode: 137,
      signal: null,
    });
    expect(toResponse(resultOf({ exit: { kind: "signal", signal: "SIGKILL" } })).run).toMatchObject({
      exitCode: null,
      signal: "SIGKILL",
    });
    expect(toResponse(resultOf({ exit: null })).run).toMatchObject({ exitCode: null, signal: null });
  });

  it("gives bytes that are not UTF-8 as base64, each stream by itself", () => {
    const answer = toResponse(resultOf({ stdout: Buffer.from([0x61, 0xff]), stderr: Buffer.from("é") })).run;
    expect(answer).toMatchObject({ stdout: "Yf8=", stdoutEncoding: "base64", stderr: "é", stderrEncoding: "utf8" });
  });

  it("keeps a byte order mark and NUL", () => {
    expect(toResponse(resultOf({ stdout: Buffer.from("\ufeffa\0") })).run?.stdout).toBe("\ufeffa\0");
  });

  it("does not trim what was not cut", () => {
    const half = Buffer.from("é").subarray(0, 1);
    expect(toResponse(resultOf({ stdout: half })).run).toMatchObject({ stdout: "ww==", stdoutEncoding: "base64" });
    expect(toResponse(resultOf({ stdout: half, stdoutTruncated: true })).run).toMatchObject({
      stdout: "",
      stdoutEncoding: "utf8",
    });
  });
});

describe("wholeCharacters", () => {
  it("trims a text cut anywhere to whole characters, and nothing more", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), fc.nat(), (text, where) => {
        const bytes = Buffer.from(text);
        const cut = bytes.subarray(0, where % (bytes.length + 1));
        const whole = Buffer.from(wholeCharacters(cut, true));
        expect(text.startsWith(whole.toString("utf8"))).toBe(true);
        expect(cut.length - whole.length).toBeLessThan(4);
        const characters = [...text].map((character) => Buffer.byteLength(character));
        let longest = 0;
        for (const bytesOfOne of characters) {
          if (longest + bytesOfOne > cut.length) break;
          longest += bytesOfOne;
        }
        expect(whole.length).toBe(longest);
      }),
    );
  });

  it("leaves bytes alone that are no text", () => {
    const bytes = Buffer.from([0xff, 0xc3]);
    expect(wholeCharacters(bytes, true)).toBe(bytes);
    const noLead = Buffer.from([0x61, 0xff]);
    expect(wholeCharacters(noLead, true)).toBe(noLead);
  });
});
