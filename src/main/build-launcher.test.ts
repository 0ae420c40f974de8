import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildLauncher } from "./build-launcher.ts";

const MAKEFILE = `$(BUILD)/millrace-launcher: main.c
\tmkdir -p $(BUILD)
\tcp main.c $(BUILD)/millrace-gate.so
\tcat main.c > $@
`;

let nativeDirectory: string;
let announced: string[];

beforeEach(async () => {
  nativeDirectory = await mkdtemp(join(tmpdir(), "millrace-build-launcher-"));
  announced = [];
});

afterEach(async () => {
  await rm(nativeDirectory, { recursive: true });
});

async function write(name: string, text: string, ageSeconds: number): Promise<void> {
  const path = join(nativeDirectory, name);
  await writeFile(path, text);
  const at = Date.now() / 1000 - ageSeconds;
  await utimes(path, at, at);
}

function build(): Promise<string> {
  return buildLauncher({ nativeDirectory, announce: (message) => announced.push(message) });
}

test("compiles what is missing, says so, and returns the launcher's path", async () => {
  await write("Makefile", MAKEFILE, 60);
  await write("main.c", "first", 60);

  const path = await build();

  expect(await readFile(path, "utf8")).toBe("first");
  expect(path).toBe(join(nativeDirectory, "build/millrace-launcher"));
  expect(announced).toHaveLength(1);
});

test("leaves a launcher alone that is newer than its sources, with no make at all", async () => {
  await write("Makefile", MAKEFILE, 60);
  await write("main.c", "first", 60);
  const path = await build();
  const before = await stat(path);
  await write("Makefile", "this is no makefile", 60);

  await build();

  expect((await stat(path)).mtimeMs).toBe(before.mtimeMs);
  expect(announced).toHaveLength(1);
});

test("compiles again when a source is newer", async () => {
  await write("Makefile", MAKEFILE, 60);
  await write("main.c", "first", 60);
  const path = await build();
  const old = Date.now() / 1000 - 30;
  await utimes(path, old, old);
  await write("main.c", "second", 10);

  await build();

  expect(await readFile(path, "utf8")).toBe("second");
});

test("a failure says what to install and what make printed", async () => {
  await write("Makefile", "all:\n\t@echo headers are gone; false\n", 60);

  await expect(build()).rejects.toThrow(/apt-get install gcc make libc6-dev\n.*headers are gone/s);
});

test("a make that makes nothing is a failure", async () => {
  await write("Makefile", "all:\n\t@true\n", 60);

  await expect(build()).rejects.toThrow("did not make millrace-launcher");
});

test("two at once never see half a launcher, and leave nothing but it", async () => {
  // Both makes have begun before either ends: each waits for the other's mark.
  const meet =
    "$(BUILD)/millrace-launcher:\n" +
    "\techo half > $@; touch $(BUILD)/millrace-gate.so\n" +
    "\tn=0; until [ $$(ls build/*/mark 2>/dev/null | wc -l) = 2 ] || [ $$n = 100 ]; do touch $(BUILD)/mark; n=$$((n+1)); sleep 0.05; done\n" +
    "\t[ $$(cat $@) = half ] && echo whole > $@\n" +
    "\tsleep 0.2\n";
  await write("Makefile", meet, 60);

  const [first, second] = await Promise.all([build(), build()]);

  expect(first).toBe(second);
  expect(await readFile(first, "utf8")).toBe("whole\n");
  expect(await readdir(join(nativeDirectory, "build"))).toEqual(["millrace-gate.so", "millrace-launcher"]);
});

test("a build that fails leaves nothing behind", async () => {
  await write("Makefile", "all:\n\tmkdir -p $(BUILD); touch $(BUILD)/half.o; false\n", 60);

  await expect(build()).rejects.toThrow();

  expect(await readdir(join(nativeDirectory, "build"))).toEqual([]);
});
