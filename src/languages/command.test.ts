import { expect, test } from "vitest";
import type { Execution } from "../domain/execution.ts";
import { DEFAULT_COMPILE_LIMITS, DEFAULT_RUN_LIMITS } from "../domain/limits.ts";
import { sampleExecution } from "../domain/sample-execution.test-support.ts";
import { artifactNames, compileCommand, compileFiles, covers, runCommand } from "./command.ts";
import { parseManifest } from "./manifest.ts";
import { createToolchain } from "./toolchain.ts";

const MIB = 1024 * 1024;

const EXECUTABLE = "/opt/tool/1.2/bin/tool";

function toolchainOf(
  changes: object = {},
  executable = EXECUTABLE,
  { tools = {}, prepared = null }: { tools?: Record<string, string>; prepared?: string | null } = {},
) {
  const manifest = {
    id: "tool",
    name: "Tool",
    extensions: [".t", ".tt"],
    mainFile: "main.t",
    hello: "hello",
    detect: { executables: ["/opt/tool"], versionPattern: "(.)", debianPackage: "tool" },
    run: { command: ["{executable}", "{mainFile}"], env: { OWN: "run", SAME: "language" } },
    ...changes,
  };
  const detected = { executable, version: "1.2.3", stamp: "1@2", tools };
  return createToolchain(parseManifest(JSON.stringify(manifest), "tool.yaml"), detected, prepared);
}

function executionOf(paths: string[], changes: Partial<Execution> = {}): Execution {
  const files = paths.map((path) => ({ path, content: new Uint8Array() }));
  return sampleExecution("", { language: "tool", version: "1.2.3", files, ...changes });
}

test("a run is the toolchain's own executable, the main file and the request's arguments, untouched", () => {
  const args = ["", "{mainFile}", "$HOME", "a b"];
  expect(runCommand(toolchainOf(), executionOf(["sub/x.t", "y.t"], { args }), [])).toMatchObject({
    executable: "/opt/tool/1.2/bin/tool",
    argv: ["/opt/tool/1.2/bin/tool", "sub/x.t", ...args],
  });
});

test("the environment is the language's, then the request's; a toolchain of its own comes first in PATH", () => {
  const { env } = runCommand(toolchainOf(), executionOf(["x.t"], { env: { SAME: "request", NEW: "1" } }), []);
  expect(env).toEqual({
    PATH: "/opt/tool/1.2/bin:/usr/local/bin:/usr/bin:/bin",
    HOME: "/box",
    LANG: "C.UTF-8",
    OWN: "run",
    SAME: "request",
    NEW: "1",
  });
  expect(runCommand(toolchainOf({}, "/usr/bin/tool"), executionOf(["x.t"]), []).env["PATH"]).toBe(
    "/usr/local/bin:/usr/bin:/bin",
  );
});

const compiled = {
  compile: {
    command: ["{home}/bin/cc", "-v{major}", "-m{heapMiB}", "{compileArgs}", "{sources}", "-l"],
    artifacts: ["main", "out/"],
    env: { OWN: "compile" },
    heap: { fraction: 0.5, reserveMiB: 0 },
  },
  run: { command: ["./main", "--heap={heapMiB}"], heap: { fraction: 0.5, reserveMiB: 0 } },
};

test("a compile is given the main file and every other source, and the request's compile arguments", () => {
  const execution = executionOf(["main.weird", "a.t", "data.txt", "b/c.tt"], {
    compileArgs: ["-x", "-y z"],
    env: { NAME: "of the program, not of its compiler" },
    compileLimits: { ...DEFAULT_COMPILE_LIMITS, memoryBytes: 400 * MIB },
  });
  expect(compileCommand(toolchainOf(compiled), execution)).toEqual({
    executable: "/opt/tool/1.2/bin/cc",
    argv: ["/opt/tool/1.2/bin/cc", "-v1", "-m200", "-x", "-y z", "main.weird", "a.t", "b/c.tt", "-l"],
    env: { PATH: "/opt/tool/1.2/bin:/usr/local/bin:/usr/bin:/bin", HOME: "/box", LANG: "C.UTF-8", OWN: "compile" },
  });
});

test("what was compiled is started in the work directory, with a heap of the run's own limit", () => {
  const execution = executionOf(["main.t"], { limits: { ...DEFAULT_RUN_LIMITS, memoryBytes: 100 * MIB } });
  expect(runCommand(toolchainOf(compiled), execution, [])).toMatchObject({
    executable: "/box/main",
    argv: ["./main", "--heap=50"],
  });
});

test("a path is never read as an option or as a file of options", () => {
  const paths = ["-o.t", "@list.t", "+x.t", "fine.t", "-dir/x.t"];
  expect(compileCommand(toolchainOf(compiled), executionOf(paths))?.argv.slice(3, -1)).toEqual([
    "./-o.t",
    "./@list.t",
    "./+x.t",
    "fine.t",
    "./-dir/x.t",
  ]);
  expect(runCommand(toolchainOf(), executionOf(["-c.t"]), []).argv[1]).toBe("./-c.t");
});

test("an artifact is a file of that very name, or one below that directory", () => {
  const names = artifactNames(toolchainOf(compiled), executionOf(["main.t"]));
  const isTaken = (path: string) => covers(names, path);
  expect(["main", "out/a", "out/b/c"].filter(isTaken)).toHaveLength(3);
  expect(["main.o", "sub/main", "out", "outer/a", "x/out/a"].filter(isTaken)).toEqual([]);
});

test("a language without a compiler has nothing to compile and no artifacts", () => {
  expect(compileCommand(toolchainOf(), executionOf(["x.t"]))).toBeNull();
  expect(artifactNames(toolchainOf(), executionOf(["x.t"]))).toEqual([]);
});

test("a compile is also given the manifest's files, where the program has none of that name", () => {
  const toolchain = toolchainOf({
    compile: { ...compiled.compile, files: { "tool.mod": "needs {major}.{minor}", x: "" } },
  });
  const filesOf = (...paths: string[]) =>
    compileFiles(toolchain, executionOf(paths)).map(({ path, content }) => [path, Buffer.from(content).toString()]);
  expect(filesOf("main.t")).toEqual([
    ["main.t", ""],
    ["tool.mod", "needs 1.2"],
    ["x", ""],
  ]);
  expect(filesOf("main.t", "tool.mod", "x/y.t").map(([path]) => path)).toEqual(["main.t", "tool.mod", "x/y.t"]);
  expect(compileFiles(toolchainOf(), executionOf(["x.t"])).map(({ path }) => path)).toEqual(["x.t"]);
});

test("commands and artifacts may go by the place of the main file", () => {
  const command = ["{executable}", "./{mainDirectory}", "-o{mainFile}.out"];
  const toolchain = toolchainOf({
    compile: { ...compiled.compile, command, artifacts: ["{mainFile}.out", "{mainDirectory}/lib/"] },
  });
  const see = (path: string) => {
    const execution = executionOf([path]);
    return [...(compileCommand(toolchain, execution)?.argv.slice(1) ?? []), ...artifactNames(toolchain, execution)];
  };
  expect(see("a.t")).toEqual(["./.", "-oa.t.out", "a.t.out", "lib/"]);
  expect(see("sub/a.t")).toEqual(["./sub", "-osub/a.t.out", "sub/a.t.out", "sub/lib/"]);
  expect(see("-a.t")).toEqual(["./.", "-o./-a.t.out", "-a.t.out", "lib/"]);
});

test("an environment may name a heap, a tool and what was prepared", () => {
  const env = { HEAP: "{heapMiB}M", TOOL: "{other}", CACHE: "{prepared}/x" };
  const prepare = { command: ["{executable}", "{prepared}"], why: "it has to be" };
  const heap = { fraction: 0.5, reserveMiB: 0 };
  const toolchain = toolchainOf({ tools: { other: ["/usr/bin/other"] }, prepare, run: { env, heap } }, EXECUTABLE, {
    tools: { other: "/usr/bin/other" },
    prepared: "/dev/shm",
  });
  expect(runCommand(toolchain, executionOf(["x.t"]), []).env).toMatchObject({
    HEAP: "128M",
    TOOL: "/usr/bin/other",
    CACHE: `${toolchain.prepared}/x`,
  });
  expect(toolchain.trees).toContainEqual({ source: "/dev/shm", path: toolchain.prepared });
});

test("tools are in a box like the executable itself", () => {
  const tools = { near: "/opt/tool/1.2/bin/near", far: "/tmp/modules/far", own: "/usr/bin/own" };
  const toolchain = toolchainOf({ tools: { near: ["/a"], far: ["/b"], own: ["/c"] } }, EXECUTABLE, { tools });
  expect(toolchain.tools).toEqual({ ...tools, far: "/opt/millrace/tool-1.2.3/bin/far" });
  expect(toolchain.trees.map(({ source }) => source)).toEqual([EXECUTABLE, tools.near, tools.far]);
});

test("a manifest's limits replace the defaults, each for itself", () => {
  const toolchain = toolchainOf({
    compile: { ...compiled.compile, limits: { cpuMs: 30_000 } },
    run: { ...compiled.run, limits: { memoryBytes: 512 * MIB } },
  });
  expect(toolchain.limits).toEqual({ ...DEFAULT_RUN_LIMITS, memoryBytes: 512 * MIB });
  expect(toolchain.compileLimits).toEqual({ ...DEFAULT_COMPILE_LIMITS, cpuMs: 30_000 });
});

test("a box sees of a toolchain outside /usr what the manifest names and what exists, or else the executable alone", () => {
  const treesOf = (trees: string[], executable: string) => toolchainOf({ trees }, executable).trees;
  const asItIs = (path: string) => ({ source: path, path });
  expect(treesOf([], "/opt/tool/1.2/bin/tool")).toEqual([asItIs("/opt/tool/1.2/bin/tool")]);
  expect(treesOf(["/dev/shm", "/dev/none"], "/usr/bin/tool")).toEqual([asItIs("/dev/shm")]);
  expect(treesOf(["{home}"], "/usr/lib/tool/bin/tool")).toEqual([]);
  expect(treesOf(["{home}"], "/dev/shm/bin/tool")).toEqual([asItIs("/dev/shm")]);
});

test("a directory that holds more than a toolchain never goes into a box", () => {
  const sourcesOf = (executable: string) =>
    toolchainOf({ trees: ["{home}"] }, executable).trees.map(({ source }) => source);
  expect(sourcesOf("/tool/tool")).toEqual(["/tool/tool"]);
  expect(sourcesOf("/dev/bin/tool")).toEqual(["/dev/bin/tool"]);
});

test("an executable that is somewhere else, were it below /tmp, is started where the box shows it", () => {
  const toolchain = toolchainOf({}, "/tmp/clone/node_modules/node/bin/node");
  expect(runCommand(toolchain, executionOf(["x.t"]), []).executable).toBe(toolchain.trees[0]?.path);
  expect(toolchain.executable).toMatch(/^\/opt\/millrace\//);
});
