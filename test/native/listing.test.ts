import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { encodeBare, encodeHello, encodePrepare, encodeStart } from "../../src/sandbox/wire.ts";
import { type RawConnection, type RawLauncher, startRawLauncher } from "../support/raw-launcher.ts";
import { pythonScript } from "./python-script.ts";
import { define, LIMITS } from "./raw-frames.ts";

// What LIST says of work directories that a program made to be a burden. See `LISTED` in native/PROTOCOL.md.

const SIZE = { diskBytes: 64 << 20, inodes: 16_384, processes: 8 };
const KEPT = { ...LIMITS, cpuUs: 20e6, wallUs: 20e6, isKept: true };

let launcher: RawLauncher;
let connection: RawConnection;

beforeAll(async () => {
  launcher = await startRawLauncher();
});

beforeEach(async () => {
  connection = launcher.open();
  connection.send(encodeHello(), define(launcher.plan));
  await connection.receives("welcome");
});

afterEach(async () => {
  connection.close();
  await connection.refused;
  expect(launcher.said()).not.toMatch(/it died|Sanitizer|runtime error/);
});

afterAll(() => launcher.stop());

/** A box whose program has made files and ended; its work directory is kept. */
async function keep(box: number, code: string): Promise<void> {
  connection.send(encodePrepare(box, SIZE));
  await connection.receives("prepared", box);
  const script = pythonScript(code);
  connection.send(encodeStart(box, KEPT, script.length), script);
  expect(await connection.receives("exited", box)).toMatchObject({
    report: { cause: 0, exitKind: "code", exitValue: 0 },
  });
}

async function list(box: number): Promise<{ paths: string[]; isComplete: boolean }> {
  connection.send(encodeBare("list", box));
  const listed = await connection.receives("listed", box);
  const paths = connection.events.flatMap((event) =>
    event.kind === "entry" && event.box === box ? event.path.toString() : [],
  );
  return { paths: paths.sort(), isComplete: listed.kind === "listed" && listed.isComplete };
}

test("plain files are listed with their paths, whatever else is there", async () => {
  await keep(
    1,
    `import os
os.makedirs("a/b")
for path in ("top", "a/one", "a/b/two", "a/b/ü"): open(path, "w").write("x")
os.symlink("/etc/passwd", "link"); os.symlink("a", "a/loop"); os.mkfifo("fifo")`,
  );
  const paths = ["a/b/two", "a/b/ü", "a/one", "main.py", "top"];
  expect(await list(1)).toEqual({ paths, isComplete: true });
});

test.each([
  [32, true],
  [33, false],
])("of %i directories, each in the one before, all is listed: %s", async (depth, isComplete) => {
  await keep(1, `import os\npath = "d/" * ${depth}\nos.makedirs(path)\nopen(path + "file", "w").close()`);
  const listed = await list(1);
  expect(listed.isComplete).toBe(isComplete);
  expect(listed.paths).toEqual([...(isComplete ? [`${"d/".repeat(depth)}file`] : []), "main.py"]);
});

test.each([
  [4_095, true],
  [4_096, false],
])("of %i files and one more, all is listed: %s", async (count, isComplete) => {
  await keep(1, `for n in range(${count}): open(f"{n}", "w").close()`);
  const listed = await list(1);
  expect(listed.isComplete).toBe(isComplete);
  expect(listed.paths).toHaveLength(4_096);
});

test("names that are too long, or too many bytes of them, are left out", async () => {
  await keep(
    1,
    `import os
os.makedirs("/".join(["d" * 250] * 4)); os.chdir("/".join(["d" * 250] * 4)); open("file", "w").close()
os.chdir("/box")
for n in range(1200): open(f"{n:0255d}", "w").close()`,
  );
  const listed = await list(1);
  expect(listed.isComplete).toBe(false);
  expect(listed.paths.length).toBeGreaterThan(900);
  expect(listed.paths.length).toBeLessThan(1_000);
});

test("while thousands of directories are looked at others are served, and listings take turns", async () => {
  const many = `import os\nfor n in range(3000): os.makedirs(f"{n % 60}/{n}")`;
  await keep(1, many);
  await keep(2, many);
  connection.send(encodePrepare(3, SIZE));
  await connection.receives("prepared", 3);
  const tooLittle = { ...LIMITS, memoryBytes: 4_096 };

  connection.send(encodeBare("list", 1), encodeBare("list", 2), encodeStart(3, tooLittle, 0));
  await Promise.all([connection.receives("listed", 1), connection.receives("listed", 2)]);

  const order = connection.events.filter(({ kind }) => kind === "failed" || kind === "listed").map(({ box }) => box);
  expect(order).toEqual([3, 1, 2]);
});

test("a box that is let go while it is listed leaves no listing behind, and the next one has its turn", async () => {
  const many = `import os\nfor n in range(3000): os.makedirs(f"{n % 60}/{n}")`;
  await keep(1, many);
  await keep(2, many);
  connection.send(encodeBare("list", 1), encodeBare("list", 2), encodeBare("kill", 1));
  await connection.receives("listed", 2);
  await connection.receives("destroyed", 1);
  expect(connection.events.some(({ kind, box }) => kind === "listed" && box === 1)).toBe(false);
});
