import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test, vi } from "vitest";
import type { Execution, SourceFile } from "../domain/execution.ts";
import { executionId } from "../domain/ids.ts";
import { artifactNames, type Command, compileCommand, compileFiles, covers, runCommand } from "./command.ts";
import { type LanguageRegistry, loadRegistry } from "./registry.ts";
import type { Toolchain } from "./toolchain.ts";

vi.setConfig({ testTimeout: 30_000 });

const PLACES = {
  directories: [fileURLToPath(new URL("../../languages", import.meta.url))],
  millraceNode: process.execPath,
  millraceModules: fileURLToPath(new URL("../../node_modules", import.meta.url)),
};

// The commands of the manifests, tried on harmless programs by this machine's own toolchains, without a box. Those that
// have to be prepared are left to the tests that have boxes, but for Java, where that is a matter of speed.
const registry = await loadRegistry(PLACES);
const preparedDirectory = await mkdtemp(join(tmpdir(), "millrace-prepared-"));
afterAll(() => rm(preparedDirectory, { recursive: true }));
const preparation = { cacheDirectory: preparedDirectory, announce: () => undefined };
const javaRegistry = await loadRegistry({ ...PLACES, only: ["java"], preparation });
const javas = toolchainsOf(javaRegistry);
const toolchains = [...toolchainsOf(registry).filter(([, , { manifest }]) => manifest.prepare === undefined), ...javas];

function toolchainsOf(languages: LanguageRegistry) {
  return languages
    .list()
    .flatMap(({ id, versions }) => versions.map((version) => [id, version, languages.find(id, version)] as const));
}

async function start({ argv: [program, ...args], env }: Command, cwd: string): Promise<string> {
  const onHost = registry.trees().find(({ path }) => path === program)?.source ?? String(program);
  const { stdout } = await promisify(execFile)(onHost, args, { cwd, env: { ...env, HOME: cwd } });
  return stdout;
}

/** Compiles and runs a program in a fresh directory. @returns what it printed. */
async function runProgram(toolchain: Toolchain, files: readonly { path: string; text: string }[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "millrace-programs-"));
  try {
    const execution = toExecution(toolchain, files);
    for (const { path, content } of compileFiles(toolchain, execution)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), content);
    }
    const compile = compileCommand(toolchain, execution);
    if (compile !== null) await start(compile, directory);
    const artifacts = readArtifacts(artifactNames(toolchain, execution), directory);
    return await start(runCommand(toolchain, execution, artifacts), directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function toExecution(toolchain: Toolchain, files: readonly { path: string; text: string }[]): Execution {
  return {
    id: executionId(randomUUID()),
    language: toolchain.language,
    version: toolchain.version,
    files: files.map(({ path, text }) => ({ path, content: Buffer.from(text) })),
    stdin: new Uint8Array(),
    args: [],
    env: {},
    compileArgs: [],
    limits: toolchain.limits,
    compileLimits: toolchain.compileLimits,
    priority: "normal",
  };
}

function readArtifacts(names: readonly string[], directory: string): SourceFile[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => covers(names, path))
    .map((path) => ({ path, content: readFileSync(join(directory, path)) }));
}

const runCode = (toolchain: Toolchain, text: string) =>
  runProgram(toolchain, [{ path: toolchain.mainFileOf(Buffer.from(text)), text }]);

describe("every toolchain that is here", () => {
  test.each(toolchains)("%s %s prints its hello", async (_id, _version, toolchain) => {
    expect(await runCode(toolchain, toolchain.manifest.hello)).toBe("Hello, world!\n");
  });
});

describe.skipIf(!toolchains.some(([id]) => id === "c"))("c (skipped where there is no gcc)", () => {
  test("compiles all sources, with mathematics", async () => {
    const printed = await runProgram(registry.find("c"), [
      {
        path: "main.c",
        text: '#include <stdio.h>\n#include "lib/half.h"\nint main(void) { printf("%.1f\\n", half(3)); }\n',
      },
      { path: "lib/half.h", text: "double half(double);\n" },
      {
        path: "lib/half.c",
        text: '#include "half.h"\n#include <math.h>\ndouble half(double x) { return sqrt(x * x) / 2; }\n',
      },
    ]);
    expect(printed).toBe("1.5\n");
  });
});

describe.skipIf(javas.length === 0)("java (skipped where there is no javac)", () => {
  const main = (name: string) => `public static void main(String[] args) { System.out.println("${name}"); }`;
  const programs = [
    ["a public class of any name", `public class Shape { ${main("Shape")} }`, "Shape"],
    ["a class that is not public", `class Shape { ${main("Shape")} }`, "Shape"],
    ["a helper before the class with main", `class A { } class B { ${main("B")} } class C { }`, "B"],
    ["a package", `package a.b; public class Shape { ${main("Shape")} }`, "Shape"],
    ["an enum", `public enum Colour { RED; ${main("Colour")} }`, "Colour"],
    ["a record", `public record Point(int x) { ${main("Point")} }`, "Point"],
    ["an interface", `public interface Shape { ${main("Shape")} }`, "Shape"],
    ["a nested class with a main of its own", `public class A { static class B { ${main("B")} } ${main("A")} }`, "A"],
    ["misleading text", `// public class X {}\nclass Y { String s = "public class Z {}"; ${main("Y")} }`, "Y"],
  ] as const;
  test.each(programs)("starts %s", async (_, source, printed) => {
    expect(await runCode(javaRegistry.find("java"), source)).toBe(`${printed}
`);
  });

  test.each(javas.filter(([, version]) => Number.parseInt(version, 10) >= 25))(
    "%s %s starts a bare main",
    async (...[, , java]) => {
      expect(await runCode(java, 'void main() { IO.println("bare"); }')).toBe("bare\n");
    },
  );

  test("classes of several files and packages find each other", async () => {
    const printed = await runProgram(javaRegistry.find("java"), [
      {
        path: "app/Main.java",
        text: "package app;\npublic class Main { public static void main(String[] a) { lib.Util.greet(); } }\n",
      },
      {
        path: "lib/Util.java",
        text: 'package lib;\npublic class Util { public static void greet() { System.out.println("hi"); } }\n',
      },
    ]);
    expect(printed).toBe("hi\n");
  });
});
