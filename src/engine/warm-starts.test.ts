import { describe, expect, it } from "vitest";
import { parseManifest } from "../languages/manifest.ts";
import { createToolchain } from "../languages/toolchain.ts";
import { fitsWarmStart, listWarmStarts, type Preload, warmStartsOf } from "./warm-starts.ts";

const manifest = {
  id: "script",
  name: "Script",
  extensions: [".x"],
  hello: "hello",
  detect: { executables: ["/usr/bin/x"], debianPackage: "x" },
  run: {
    command: ["{executable}", "-m{heapMiB}", "{mainFile}"],
    env: { A: "1" },
    warm: { way: "boot", unless: ["settings", "modules/"], unlessMain: "^#!" },
  },
};

function toolchainOf(json: object) {
  return createToolchain(parseManifest(JSON.stringify(json), "x.yaml"), {
    executable: "/usr/bin/x",
    version: "1.2.3",
    stamp: "1@2",
    tools: {},
  });
}

const toolchain = toolchainOf(manifest);
const start = warmStartsOf([toolchain]).get(toolchain)?.run;
if (start == null) throw new Error("no warm start");

const run = {
  executable: start.executable,
  argv: start.argv,
  env: start.env,
  files: [{ path: "main.x", content: Buffer.from("source"), mode: 0o644 }],
  stdin: Buffer.from("input"),
  limits: start.limits,
  collect: null,
};
const [main] = run.files;
if (main === undefined) throw new Error("no main file");

it("boots what the simplest run would start, under the language's limits", () => {
  expect(start).toMatchObject({
    id: "script-1.2.3",
    way: "boot",
    executable: "/usr/bin/x",
    argv: ["/usr/bin/x", "-m256", "main.x"],
    mainFile: "/box/main.x",
  });
});

it("may stop at a file that a compiler makes", () => {
  const made = { ...manifest, run: { ...manifest.run, warm: { way: "boot", file: "{mainFile}.out" } } };
  expect(listWarmStarts(warmStartsOf([toolchainOf(made)]))).toMatchObject([{ mainFile: "/box/main.x.out" }]);
});

it("may stop before it looks at any file", () => {
  const early = { ...manifest, run: { ...manifest.run, warm: { way: "fork", file: null } } };
  expect(listWarmStarts(warmStartsOf([toolchainOf(early)]))).toMatchObject([{ way: "fork", mainFile: null }]);
});

it("may open its main file before it boots", () => {
  const early = { ...manifest, run: { ...manifest.run, warm: { way: "fork", early: true } } };
  expect(listWarmStarts(warmStartsOf([toolchainOf(early)]))).toMatchObject([
    { mainFile: "/box/main.x", isEarly: true },
  ]);
});

it("boots nothing whose manifest does not say how", () => {
  const { warm: _warm, ...coldRun } = manifest.run;
  expect(warmStartsOf([toolchainOf({ ...manifest, run: coldRun })]).size).toBe(0);
});

describe("a compiler", () => {
  const compiled = toolchainOf({
    ...manifest,
    compile: {
      command: ["{executable}", "-m{heapMiB}", "{compileArgs}", "{sources}"],
      artifacts: ["out"],
      env: { B: "2" },
      warm: { way: "boot", command: ["{executable}", "-ready", "-m{heapMiB}"], arguments: ".arguments" },
    },
  });
  const compiler = warmStartsOf([compiled]).get(compiled)?.compile;
  if (compiler == null) throw new Error("no warm compiler");
  const compileRun = { ...run, executable: "/usr/bin/x", argv: ["/usr/bin/x", "main.x"], limits: compiler.limits };

  it("is started ahead by a command of its own, under the limits of compile runs", () => {
    expect(compiler).toMatchObject({
      id: "script-1.2.3 compiler",
      argv: ["/usr/bin/x", "-ready", "-m1024"],
      mainFile: "/box/.arguments",
      takesArguments: true,
      limits: compiled.compileLimits,
    });
    expect(compiler.env).toMatchObject({ B: "2" });
    expect(listWarmStarts(warmStartsOf([compiled])).map(({ id }) => id)).toEqual([
      "script-1.2.3 compiler",
      "script-1.2.3",
    ]);
  });

  it("fits whatever the arguments are", () => {
    expect(fitsWarmStart(compileRun, compiler)).toBe(true);
    expect(fitsWarmStart({ ...compileRun, argv: ["/usr/bin/x", "a.x", "b.x"] }, compiler)).toBe(true);
  });

  it("does not fit under other limits, nor where the program has a file of that name", () => {
    const limits = { ...compiler.limits, memoryBytes: 1 };
    expect(fitsWarmStart({ ...compileRun, limits }, compiler)).toBe(false);
    expect(fitsWarmStart({ ...compileRun, files: [main, { ...main, path: ".arguments" }] }, compiler)).toBe(false);
    expect(fitsWarmStart({ ...compileRun, files: [main, { ...main, path: ".arguments/a" }] }, compiler)).toBe(false);
  });
});

describe("a run fits", () => {
  it("when it is the same but for the source and the input", () => {
    expect(fitsWarmStart(run, start)).toBe(true);
  });

  it("whatever another file says", () => {
    const other = { ...main, path: "other.x", content: Buffer.from("#!x") };
    expect(fitsWarmStart({ ...run, files: [main, other] }, start)).toBe(true);
  });

  it("with other files", () => {
    expect(fitsWarmStart({ ...run, files: [main, { ...main, path: "lib/other.x" }] }, start)).toBe(true);
  });

  it.each(["cpuMs", "wallMs", "outputBytes", "diskBytes"] as const)("whatever its %s", (name) => {
    expect(fitsWarmStart({ ...run, limits: { ...run.limits, [name]: 1 } }, start)).toBe(true);
  });
});

describe("a run does not fit", () => {
  it.each([
    ["with an argument", { argv: [...run.argv, "one"] }],
    ["with another option", { argv: ["/usr/bin/x", "-m128", "main.x"] }],
    ["with an environment", { env: { ...run.env, B: "2" } }],
    ["with another value of the language's own", { env: { A: "2" } }],
    ["with another executable", { executable: "/usr/bin/y" }],
    ["with a file that was looked for in vain", { files: [main, { ...main, path: "settings" }] }],
    ["with a file of a directory that was looked for in vain", { files: [main, { ...main, path: "modules/a/b" }] }],
    ["with another main file", { files: [{ ...main, path: "other.x" }] }],
    ["without a file", { files: [] }],
    ["whose main file says how to boot", { files: [{ ...main, content: Buffer.from("#!x -w\n\xff") }] }],
  ])("%s", (_what, change) => {
    expect(fitsWarmStart({ ...run, ...change }, start)).toBe(false);
  });

  it.each(["memoryBytes", "processes", "openFiles", "fileBytes"] as const)("with another %s", (name) => {
    expect(fitsWarmStart({ ...run, limits: { ...run.limits, [name]: 1 } }, start)).toBe(false);
  });
});

describe("an interpreter that loads modules ahead", () => {
  const loading = { name: "^[a-z]+$", unless: String.raw`\.(x|so)$`, check: "load" };
  const able = toolchainOf({ ...manifest, run: { ...manifest.run, warm: { way: "fork", preload: loading } } });
  const startWith = (preload: Preload) => warmStartsOf([able], { preload }).get(able)?.run;
  const withFile = (path: string) => ({
    ...run,
    files: [...run.files, { path, content: Buffer.from(""), mode: 0o644 }],
  });

  it("has those of its own language", () => {
    expect(startWith({ script: ["a", "b"], other: ["c"] })?.preload).toEqual(["a", "b"]);
    expect(startWith({ other: ["c"] })?.preload).toEqual([]);
  });

  it("is for no run with a file that could stand in for one", () => {
    const ahead = startWith({ script: ["a"] });
    const plain = startWith({});
    if (ahead == null || plain == null) throw new Error("no warm start");
    expect(fitsWarmStart(run, ahead)).toBe(true);
    expect(fitsWarmStart(withFile("data.txt"), ahead)).toBe(true);
    expect(fitsWarmStart(withFile("a.x"), ahead)).toBe(false);
    expect(fitsWarmStart(withFile("lib/a.so"), ahead)).toBe(false);
    expect(fitsWarmStart(withFile("a.x"), plain)).toBe(true);
  });
});
