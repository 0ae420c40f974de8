import { expect, test } from "vitest";
import type { Status } from "../../domain/outcome.ts";
import type { RunResponse } from "../../protocol/execution-response.ts";
import { exitStatusOf } from "./exit-status.ts";

test.each<[Status, number | null, string | null, number]>([
  ["ok", 0, null, 0],
  ["runtime_error", 3, null, 3],
  ["runtime_error", 255, null, 255],
  ["runtime_error", null, "SIGSEGV", 139],
  ["runtime_error", null, "SIG40", 168],
  ["runtime_error", null, null, 126],
  ["time_limit_exceeded", null, "SIGKILL", 124],
  ["memory_limit_exceeded", 0, null, 122],
  ["output_limit_exceeded", null, "SIGKILL", 123],
  ["cancelled", null, "SIGKILL", 130],
  ["internal_error", null, null, 125],
])("%s, exit code %s, signal %s", (status, exitCode, signal, expected) => {
  const run = { status, exitCode, signal } as RunResponse;
  expect(exitStatusOf({ status, run })).toBe(expected);
});

test("a program that was never started, because it does not compile", () => {
  expect(exitStatusOf({ status: "compile_error", run: null })).toBe(121);
});
