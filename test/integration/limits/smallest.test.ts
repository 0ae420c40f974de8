import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Limits } from "../../../src/domain/limits.ts";
import { execute } from "../../support/client.ts";
import { type RunningServer, startServer } from "../../support/server.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

const PROGRAMS = {
  python: "print(6*7)",
  javascript: "console.log(6*7)",
  c: '#include <stdio.h>\nint main(void) { puts("42"); }',
  java: "class Main { public static void main(String[] a) { System.out.println(6 * 7); } }",
};

/** Limits that nothing useful fits into. wallMs ends what an interpreter waits for in vain. */
const TINY: readonly Partial<Limits>[] = [
  { memoryBytes: 1 },
  { memoryBytes: 4_096 },
  { memoryBytes: 262_144 },
  { memoryBytes: 524_288 },
  { memoryBytes: 1_048_576 },
  { cpuMs: 1 },
  { wallMs: 1 },
  { processes: 1, wallMs: 500 },
  { openFiles: 1 },
  { openFiles: 2 },
  { openFiles: 3 },
  { openFiles: 4 },
  { fileBytes: 1 },
  { diskBytes: 1 },
  { outputBytes: 1 },
  { memoryBytes: 1, cpuMs: 1, wallMs: 1, processes: 1, openFiles: 1, fileBytes: 1, diskBytes: 1, outputBytes: 1 },
];

describe.each(Object.entries(PROGRAMS))("%s", (language, code) => {
  test.each(TINY)("a limit of %o has an outcome that is the program's", async (limits) => {
    const result = await execute(server, { language, code, limits });

    expect(result.status).not.toBe("internal_error");
    expect(result.status).not.toBe("compile_error");
    expect(result.run?.memoryBytes).toBeLessThanOrEqual(limits.memoryBytes ?? Number.POSITIVE_INFINITY);
    if (result.status === "ok") expect(result.run?.stdout).toBe("42\n");
    else expect(result.run?.message).toMatch(/./);
  });
});

describe.each(["c", "java"] as const)("the compiler of %s", (language) => {
  test.each(TINY)("with a limit of %o fails like a compiler", async (compileLimits) => {
    const result = await execute(server, { language, code: PROGRAMS[language], compileLimits });
    expect(["ok", "compile_error"]).toContain(result.status);
    expect(result.compile?.status).not.toBe("internal_error");
  });
});

test("memory below what a box holds before its program starts", async () => {
  const result = await execute(server, { language: "python", code: "print(1)", limits: { memoryBytes: 4_096 } });
  expect(result).toMatchObject({
    status: "memory_limit_exceeded",
    run: {
      exitCode: null,
      signal: null,
      message: "the program and its files do not fit into 4096 bytes (memoryBytes)",
    },
  });
});

test("a program that prints nothing needs no output", async () => {
  expect(await execute(server, { language: "python", code: "0", limits: { outputBytes: 1 } })).toMatchObject({
    status: "ok",
  });
});
