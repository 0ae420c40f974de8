import { afterAll, beforeAll, expect, test } from "vitest";
import { execute, run } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({});
});

afterAll(async () => {
  await server?.stop();
});

/** A program that nobody has compiled before, also in an earlier run of these tests. */
const fresh = (body = "") =>
  `// ${crypto.randomUUID()}\n#include <stdio.h>\n${body}\nint main(void) { puts("ran"); }\n`;

const compileC = (code: string, rest = {}) => execute(server, { language: "c", code, ...rest });

test("a program is compiled once, and runs each time", async () => {
  const code = fresh('#warning "look"');
  const first = await compileC(code);
  expect(first).toMatchObject({ status: "ok", compile: { cached: false }, run: { stdout: "ran\n", cached: false } });
  const second = await compileC(code);
  expect(second).toMatchObject({ status: "ok", compile: { cached: true }, run: { stdout: "ran\n", cached: false } });
  expect(second.compile?.stderr).toBe(first.compile?.stderr);
  expect(second.compile?.stderr).toMatch(/main\.c:3.*look/);
});

test("another option, another source and tighter limits are other compile runs", async () => {
  const code = fresh();
  await compileC(code);
  expect((await compileC(code, { compileArgs: ["-O0"] })).compile?.cached).toBe(false);
  expect((await compileC(`${code}//`)).compile?.cached).toBe(false);
  expect(await compileC(code, { compileLimits: { cpuMs: 1 } })).toMatchObject({
    status: "compile_error",
    compile: { status: "time_limit_exceeded", cached: false },
  });
  expect((await compileC(code)).compile?.cached).toBe(true);
});

test("an error is told anew each time", async () => {
  const code = `${fresh()}oops`;
  for (let i = 0; i < 2; i++) {
    expect(await compileC(code)).toMatchObject({ status: "compile_error", compile: { cached: false } });
  }
});

test("programs that are compiled once do not meet", async () => {
  const code = `// ${crypto.randomUUID()}
#include <stdio.h>
int main(void) { FILE *f = fopen("mark", "wx"); puts(f ? "alone" : "somebody was here"); fclose(f); remove("main"); }
`;
  const results = await Promise.all(Array.from({ length: 6 }, () => compileC(code)));
  expect(results.map((result) => result.run?.stdout)).toEqual(new Array(6).fill("alone\n"));
});

test("a restart keeps what was compiled", async () => {
  const code = fresh();
  await compileC(code);
  await server.stop();
  server = await startServer({});
  expect((await compileC(code)).compile?.cached).toBe(true);
});

test("without a cache everything is compiled", async () => {
  const without = await startServer({ env: { MILLRACE_COMPILE_CACHE: "0" } });
  try {
    const code = fresh();
    for (let i = 0; i < 2; i++) {
      expect((await execute(without, { language: "c", code })).compile?.cached).toBe(false);
    }
    expect(await run(without, { language: "python", code: "print(1)" })).toMatchObject({ stdout: "1\n" });
  } finally {
    await without.stop();
  }
});
