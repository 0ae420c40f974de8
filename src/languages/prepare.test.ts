import { realpathSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseManifest } from "./manifest.ts";
import { prepare } from "./prepare.ts";

const NODE = realpathSync(process.execPath);
const DETECTED = { executable: NODE, version: "1.2.3", stamp: "1@2", tools: {} };

let cacheDirectory: string;
let announced: string[];

beforeEach(async () => {
  cacheDirectory = join(await mkdtemp(join(tmpdir(), "millrace-prepare-")), "cache");
  announced = [];
});
afterEach(async () => {
  await rm(join(cacheDirectory, ".."), { recursive: true });
});

/** A language whose preparation is this program of Node's. */
function manifestOf(code: string) {
  const manifest = {
    id: "tool",
    name: "Tool",
    extensions: [".t"],
    hello: "hello",
    detect: { executables: [NODE], install: "not at all" },
    prepare: { command: ["{executable}", "-e", code], env: { TARGET: "{prepared}" }, why: "filling a directory" },
  };
  return parseManifest(JSON.stringify(manifest), "tool.yaml");
}

const FILLS =
  "const d = process.env.TARGET; fs.mkdirSync(d + '/sub', 0o700); fs.writeFileSync(d + '/sub/f', d, { mode: 0o600 })";
const run = (code: string) =>
  prepare(manifestOf(code), DETECTED, { cacheDirectory, announce: (text) => announced.push(text) });

test("the command fills a directory, which everyone may read and which stands under its name only when it is complete", async () => {
  const directory = await run(FILLS);

  expect(await readdir(cacheDirectory)).toEqual([directory?.slice(cacheDirectory.length + 1)]);
  expect(await readFile(join(String(directory), "sub/f"), "utf8")).not.toBe(directory);
  const modes = await Promise.all(
    ["", "sub", "sub/f"].map(async (path) => (await stat(join(String(directory), path))).mode),
  );
  expect(modes.map((mode) => mode & 0o777)).toEqual([0o755, 0o755, 0o644]);
  expect(announced).toEqual(["Preparing Tool 1.2.3, once: filling a directory"]);
});

test("it is done once", async () => {
  const first = await run(FILLS);
  expect(await run(FILLS)).toBe(first);
  expect(announced).toHaveLength(1);
});

test("another way of preparing is something else", async () => {
  expect(await run(FILLS)).not.toBe(await run(`${FILLS};`));
  expect(await readdir(cacheDirectory)).toHaveLength(2);
});

test("of two who prepare at a time both have the result, and nothing else is left", async () => {
  const both = await Promise.all([run(FILLS), run(FILLS)]);
  expect(both[0]).toBe(both[1]);
  expect(await readdir(cacheDirectory)).toHaveLength(1);
});

test("a command that fails leaves nothing, and is told with what it printed", async () => {
  expect(await run("console.error('no luck'); process.exit(1)")).toBeNull();
  expect(await readdir(cacheDirectory)).toEqual([]);
  expect(announced[1]).toMatch(/^Tool 1\.2\.3 cannot be prepared, so it is left out: .*no luck/s);
});

test("the command sees nothing of this process's environment and has no home to write to", async () => {
  const code =
    "fs.writeFileSync(process.env.TARGET + '/env', Object.keys(process.env).sort().join() + process.env.HOME)";
  expect(await readFile(join(String(await run(code)), "env"), "utf8")).toBe("HOME,LANG,PATH,TARGET/dev/null");
});

test("what somebody left unfinished long ago is removed, what is being worked on is not", async () => {
  await mkdir(join(cacheDirectory, ".unfinished-1-old"), { recursive: true });
  await mkdir(join(cacheDirectory, ".unfinished-2-new"));
  const longAgo = Date.now() / 1000 - 7_200;
  await utimes(join(cacheDirectory, ".unfinished-1-old"), longAgo, longAgo);

  await run(FILLS);

  const names = await readdir(cacheDirectory);
  expect(names).toHaveLength(2);
  expect(names).toContain(".unfinished-2-new");
});
