import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, type TestContext, test } from "vitest";
import { followFile } from "../../src/main/follow-file.ts";
import { arm64, x64 } from "../../src/sandbox/seccomp/architecture.ts";

// The launcher for the other processor, as far as a machine of this one can tell: it compiles without a warning, and what of
// it needs no box runs on an emulated processor. Boxes need a kernel of that processor.

const CROSS_COMPILER = "/usr/bin/aarch64-linux-gnu-gcc";
const EMULATOR = "/usr/bin/qemu-aarch64";
const BUILD = "build/arm64";
const SEED = process.env["MILLRACE_TEST_SEED"] ?? "20260101";

const run = promisify(execFile);
const make = (...args: readonly string[]) =>
  run("make", ["-C", "native", "--silent", `CC=${CROSS_COMPILER}`, `BUILD=${BUILD}`, ...args]);

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-arm64-"));
});

afterAll(() => rm(directory, { recursive: true }));

function needs(context: TestContext, ...programs: readonly string[]): void {
  const absent = programs.filter((program) => !existsSync(program));
  context.skip(absent.length > 0, `not installed: ${absent.join(", ")}`);
}

test("the launcher and the gate compile for arm64, with every warning an error", async (context) => {
  needs(context, CROSS_COMPILER);
  await make();
  for (const name of ["millrace-launcher", "millrace-gate.so"]) {
    const { stdout } = await run("readelf", ["--file-header", `native/${BUILD}/${name}`]);
    expect(stdout).toMatch(/Machine: +AArch64/);
  }
});

test(`damaged plans never confuse the parser on arm64, nor an unaligned read (seed ${SEED})`, async (context) => {
  needs(context, CROSS_COMPILER, EMULATOR);
  await make("fuzz", "SANITIZERS=-static -fsanitize=undefined -fno-sanitize-recover=all");
  const { stdout } = await run(EMULATOR, [`native/${BUILD}/fuzz/parser`, SEED, "20000"]);
  expect(stdout).toBe("20000 inputs\n");
});

test("the follower runs on arm64", async (context) => {
  needs(context, CROSS_COMPILER, EMULATOR);
  await make();
  const path = join(directory, "followed");
  await writeFile(path, "first", { mode: 0o600 });
  const launcherPath = join(directory, "launcher");
  const launcher = join(process.cwd(), "native", BUILD, "millrace-launcher");
  await writeFile(launcherPath, `#!/bin/sh\nexec ${EMULATOR} ${launcher} "$@"\n`, { mode: 0o755 });
  const state = Promise.withResolvers<unknown>();
  const follower = followFile({ launcherPath, path, onState: state.resolve, log: state.reject });
  try {
    expect(await state.promise).toEqual({ kind: "text", mode: 0o600, uid: process.getuid?.(), text: "first" });
  } finally {
    await follower.close();
  }
});

test.for([
  ["x86-64", "/usr/bin/gcc", x64],
  ["arm64", CROSS_COMPILER, arm64],
] as const)("the filter has the numbers of the kernel's headers: %s", ([, compiler, { numbers }], context) => {
  needs(context, compiler);
  const input = "#include <asm/unistd.h>\n";
  const text = execFileSync(compiler, ["-E", "-dM", "-"], { input, encoding: "utf8" });
  const macros = new Map(Array.from(text.matchAll(/^#define (\w+) (\w+)$/gm), ([, name, value]) => [name, value]));
  const declared = [...macros.keys()].flatMap(
    (name) => /^__NR_(?!syscalls|arch_specific)(\w+)$/.exec(name ?? "")?.[1] ?? [],
  );
  expect(declared.length).toBeGreaterThan(300);
  for (const name of declared) {
    const value = macros.get(`__NR_${name}`);
    expect((numbers as Record<string, number>)[name], name).toBe(Number(macros.get(value) ?? value));
  }
});
