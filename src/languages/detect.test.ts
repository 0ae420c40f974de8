import { realpathSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { detect, hasCandidate } from "./detect.ts";

const NODE = realpathSync(process.execPath);
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "millrace-detect-"));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

/** Node prints any version that it is told to, and is a native executable: the fake toolchain of these tests. */
function detectionOf(executables: string[], prints: string) {
  return manifestOf(executables, ["{executable}", "-e", `console.log(${prints})`]);
}

function manifestOf(
  executables: string[],
  versionCommand: [string, ...string[]],
  tools: Record<string, string[]> = {},
) {
  return { detect: { executables, versionCommand, versionPattern: /^v([0-9.]+)/m, optional: false }, tools };
}

/** A directory `name/bin` with a link `tool` to Node. */
async function addTool(name: string): Promise<string> {
  await mkdir(join(root, name, "bin"), { recursive: true });
  const tool = join(root, name, "bin", "tool");
  await symlink(NODE, tool);
  return tool;
}

const options = { millraceNode: NODE, millraceModules: "/none" };

async function toolchainsOf(...asked: Parameters<typeof detect>) {
  return (await detect(...asked)).toolchains;
}

test("an executable is found by its real path, once, however many names it has", async () => {
  const tools = [await addTool("a"), await addTool("b"), join(root, "*/bin/tool"), "{millraceNode}"];
  const found = await toolchainsOf(detectionOf(tools, "process.version"), options);
  expect(found).toEqual([
    { executable: NODE, version: process.version.slice(1), tools: {}, stamp: expect.any(String) },
  ]);
});

test("the version of several parts or of one is made three parts long", async () => {
  const versionOf = async (text: string) => (await toolchainsOf(detectionOf([NODE], `"${text}"`), options))[0]?.version;
  expect(await versionOf("v25")).toBe("25.0.0");
  expect(await versionOf("v1.19")).toBe("1.19.0");
  expect(await versionOf("v17.0.15.1")).toBe("17.0.15");
});

test("what a tool prints to standard error counts as well", async () => {
  const found = await toolchainsOf(manifestOf([NODE], ["{executable}", "-e", 'console.error("v3.4.5")']), options);
  expect(found).toEqual([{ executable: NODE, version: "3.4.5", tools: {}, stamp: expect.any(String) }]);
});

test("a script is never chosen: it would start something else", async () => {
  const shim = join(root, "shim");
  await writeFile(shim, `#!/bin/sh\nexec ${NODE} "$@"\n`);
  await chmod(shim, 0o755);
  expect(await toolchainsOf(detectionOf([shim], "process.version"), options)).toEqual([]);
});

test.each([
  ["is missing", async () => join(root, "none")],
  ["is a directory", async () => root],
  [
    "is a link to nothing",
    async () => {
      await symlink(join(root, "none"), join(root, "link"));
      return join(root, "link");
    },
  ],
  [
    "is empty",
    async () => {
      await writeFile(join(root, "empty"), "");
      return join(root, "empty");
    },
  ],
  ["matches nothing", async () => join(root, "*/bin/none")],
  [
    "is a native executable that cannot be started",
    async () => {
      const broken = join(root, "broken");
      await writeFile(broken, "\x7fELF");
      await chmod(broken, 0o755);
      return broken;
    },
  ],
] as const)("a candidate that %s is passed over", async (_, candidate) => {
  expect(await toolchainsOf(detectionOf([await candidate()], "process.version"), options)).toEqual([]);
});

test("a tool that says no version, or fails, is passed over", async () => {
  expect(await toolchainsOf(detectionOf([NODE], '"none"'), options)).toEqual([]);
  expect(await toolchainsOf(detectionOf([NODE], '"v1.2.3"); process.exit(1'), options)).toEqual([]);
});

test("a tool sees nothing of this process's environment", async () => {
  const prints = "Object.keys(process.env).sort().join() === 'LANG,PATH' ? 'v1.0.0' : 'v0.0.1'";
  expect((await toolchainsOf(detectionOf([NODE], prints), options))[0]?.version).toBe("1.0.0");
});

test("what is no executable has its version asked by a tool", async () => {
  await writeFile(join(root, "lib.txt"), "v7.8.9");
  const command = ["{node}", "-p", "fs.readFileSync(process.argv[1], 'utf8')", "{executable}"] as [string, ...string[]];
  const found = await toolchainsOf(manifestOf([join(root, "lib.txt")], command, { node: [NODE] }), options);
  expect(found).toEqual([
    { executable: join(root, "lib.txt"), version: "7.8.9", tools: { node: NODE }, stamp: expect.any(String) },
  ]);
});

test("a tool is the first candidate that is a native executable, by its real path", async () => {
  const shim = join(root, "shim");
  await writeFile(shim, "#!/bin/sh\n");
  const tools = { node: [join(root, "none"), shim, await addTool("a")] };
  const found = await toolchainsOf({ ...detectionOf([NODE], "process.version"), tools }, options);
  expect(found[0]?.tools).toEqual({ node: NODE });
});

test("without one of its tools a language has no toolchain", async () => {
  const tools = { node: [NODE], other: [join(root, "none")] };
  expect(await toolchainsOf({ ...detectionOf([NODE], "process.version"), tools }, options)).toEqual([]);
});

test("candidates may lie among the packages of Millrace", async () => {
  await addTool("packages/tool");
  const places = { ...options, millraceModules: join(root, "packages") };
  const detection = detectionOf(["{millraceModules}/*/bin/tool"], "process.version");
  expect((await toolchainsOf(detection, places)).map(({ executable }) => executable)).toEqual([NODE]);
  expect(await hasCandidate(detection, places)).toBe(true);
  expect(await hasCandidate(detection, options)).toBe(false);
});

test("a tool that does not say its version in time is told of; others of the language are found", async () => {
  const sleeper = await addTool("sleeper");
  await rm(sleeper);
  await copyFile("/bin/sleep", sleeper);
  const command: [string, ...string[]] = ["{executable}", "1000"];
  expect(await detect(manifestOf([sleeper], command), options, 100)).toEqual({ toolchains: [], silent: [sleeper] });
  expect(await detect(manifestOf([NODE, sleeper], command), options, 100)).toMatchObject({ silent: [sleeper] });
});
