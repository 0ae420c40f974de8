import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startLauncherProcess } from "../../src/sandbox/launcher-process.ts";
import { encodeHello } from "../../src/sandbox/wire.ts";
import { define, record, sizedPath } from "../native/raw-frames.ts";
import { LAUNCHER, type RawLauncher, startRawLauncher } from "../support/raw-launcher.ts";
import { eventually } from "../support/until.ts";

// Whoever takes over the server's process has the launcher's ear. What it may not read itself it must not be shown in a box
// either: a box has other ids, and a mount is past the directories above it.

const TREE = 14;
const BIND = 15;

/** Nobody but root enters it; what is in it anybody could read. */
const closed = mkdtempSync(join(tmpdir(), "millrace-closed-"));
const secrets = join(closed, "secrets");
const secret = join(secrets, "secret");

/** Of what boxes may show, one of each kind; what stands in the place of each once the launcher has started. */
const shown = {
  directory: join(closed, "toolchain"),
  file: join(closed, "program"),
  beneath: join(closed, "above", "toolchain"),
};

let launcher: RawLauncher;

beforeAll(async () => {
  chmodSync(closed, 0o700);
  const directories = [join(secrets, "toolchain"), shown.directory, `${shown.directory}-2`, shown.beneath];
  for (const directory of directories) mkdirSync(directory, { recursive: true });
  for (const file of [secret, shown.file]) writeFileSync(file, "anything");
  launcher = await startRawLauncher({ sources: Object.values(shown) });
});

afterAll(async () => {
  await launcher.stop();
  rmSync(closed, { recursive: true });
});

/** What the launcher says to a plan that shows this too: null that it made the boxes' root, or why it did not. */
async function answerTo(kind: number, source: string): Promise<string | null> {
  const connection = launcher.open();
  connection.send(
    encodeHello(),
    define(Buffer.concat([launcher.plan, record(kind, sizedPath("/opt/shown"), Buffer.from(source))])),
  );
  const answer = await eventually("an answer to DEFINE", () => connection.events[0] ?? null);
  connection.close();
  await connection.refused;
  if (answer.kind === "fatal") return answer.reason;
  expect(answer.kind).toBe("welcome");
  return null;
}

test("what boxes may show is shown", async () => {
  expect(await answerTo(TREE, shown.directory)).toBeNull();
  expect(await answerTo(TREE, shown.beneath)).toBeNull();
  expect(await answerTo(BIND, shown.file)).toBeNull();
});

test.each([
  ["a file behind a closed directory", BIND, secret],
  ["a directory behind a closed one", TREE, secrets],
  ["the host's passwords", BIND, "/etc/shadow"],
  ["root's home", TREE, "/root"],
  ["a part of what is shown", TREE, "/usr/bin"],
  ["what has the beginning of a name in common", TREE, `${shown.directory}-2`],
])("a worker has nothing else shown: %s", async (_, kind, source) => {
  expect(await answerTo(kind, source)).toMatch(/^DEFINE: not among what boxes may show of the host: /);
});

test.each([
  ["a directory that became one", TREE, shown.directory, shown.directory, secrets],
  ["a file that became one", BIND, shown.file, shown.file, secret],
  ["a directory above that became one", TREE, shown.beneath, join(closed, "above"), secrets],
])("a worker has nothing shown through a link: %s", async (_, kind, source, link, target) => {
  renameSync(link, `${link}-before`);
  symlinkSync(target, link);
  try {
    expect(await answerTo(kind, source)).toMatch(/^DEFINE: cannot build the root: \/opt\/shown: Too many levels of/);
  } finally {
    rmSync(link);
    renameSync(`${link}-before`, link);
  }
});

describe("what a worker leaves where the launcher's socket was", () => {
  let place: string;
  let socket: string;

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), "millrace-place-"));
    socket = join(place, "0", "launcher.sock");
  });

  afterEach(() => rmSync(place, { recursive: true, force: true }));

  /** Its instances are in a place of their own, and have no groups: a user of whom the host knows nothing has none. */
  function start() {
    const args = ["reduced", "entered", place, "54321", "65536"];
    return startLauncherProcess({ path: LAUNCHER, args, sources: [], log: () => undefined });
  }

  test("is in nobody's way, and gone; what its links lead to is not", async () => {
    mkdirSync(join(socket, "a", "b"), { recursive: true });
    writeFileSync(join(socket, "a", "b", "file"), "");
    symlinkSync(secrets, join(socket, "a", "link"));
    for (const path of [join(socket, "a"), socket, join(place, "0")]) chownSync(path, 1_900_000_000, 1_900_000_000);

    const launcher = await start();

    expect(launcher.socketPath).toBe(socket);
    expect(lstatSync(socket).isSocket()).toBe(true);
    mkdirSync(join(place, "0", "left"));
    await launcher.stop();
    expect([existsSync(place), existsSync(secret)]).toEqual([false, true]);
  });

  test("is named when it cannot be removed", async () => {
    mkdirSync(join(socket, ...Array.from({ length: 40 }, () => "deep")), { recursive: true });
    await expect(start()).rejects.toThrow(`cannot listen at ${socket}: Address already in use (remove ${place}/0)`);
  });
});
