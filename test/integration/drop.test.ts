import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readProcess } from "../support/processes.ts";
import { connectAs } from "../support/raw-launcher.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";

const run = promisify(execFile);

let server: RunningServer;
let folder: string;

beforeAll(async () => {
  server = await startServer({ slots: 2 });
  folder = mkdtempSync(join(tmpdir(), "millrace-drop-"));
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.stop();
});

/** Fields of /proc/PID/status, or of one of its threads. */
function statusOf(path: string): Record<string, string> {
  const lines = readFileSync(`/proc/${path}/status`, "latin1").trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")),
      line
        .slice(line.indexOf(":") + 1)
        .trim()
        .replace(/\s+/g, " "),
    ]),
  );
}

const NOTHING = "0".repeat(16);
const NO_POWER = { CapInh: NOTHING, CapPrm: NOTHING, CapEff: NOTHING, CapAmb: NOTHING, Groups: "" };

/** What native/launcher.c keeps of root, by the numbers of linux/capability.h. */
const LAUNCHER_CAPABILITIES = {
  CHOWN: 0,
  DAC_OVERRIDE: 1,
  FOWNER: 3,
  KILL: 5,
  SETGID: 6,
  SETUID: 7,
  SETPCAP: 8,
  SYS_CHROOT: 18,
  SYS_PTRACE: 19,
  SYS_ADMIN: 21,
  MKNOD: 27,
};

function workerUid(): number {
  return readProcess(server.instance.serverPid)?.uid ?? -1;
}

/** Where the launcher listens, as the kernel tells. */
function socketPath(): string {
  const directory = readdirSync("/run/millrace").find((name) => {
    // Other servers come and go.
    const status = statSync(`/run/millrace/${name}`, { throwIfNoEntry: false });
    return status?.isDirectory() && status.uid === workerUid();
  });
  return `/run/millrace/${directory}/launcher.sock`;
}

describe("the server", () => {
  test("is nobody else, with no power, in every thread", () => {
    const { serverPid } = server.instance;
    const uid = workerUid();
    expect(uid).toBeGreaterThanOrEqual(1_900_000_000);
    const threads = readdirSync(`/proc/${serverPid}/task`);
    expect(threads.length).toBeGreaterThan(1);
    for (const thread of threads) {
      const ids = `${uid} ${uid} ${uid} ${uid}`;
      expect(statusOf(`${serverPid}/task/${thread}`)).toMatchObject({ ...NO_POWER, Uid: ids, Gid: ids });
    }
  });

  test("holds nothing open that it could only have opened as root", () => {
    const { serverPid } = server.instance;
    const directory = `/proc/${serverPid}/fd`;
    const opened = readdirSync(directory).map((fd) => readlinkSync(`${directory}/${fd}`));
    const harmless = /^(socket|pipe|anon_inode):|^\/dev\/(null|urandom|random)$/;
    const isItsOwn = (path: string) => statSync(path, { throwIfNoEntry: false })?.uid === workerUid();
    // The lock of its place in the data directory, in which nothing is written.
    const isEmptyLock = (path: string) => /\/\d+\.lock$/.test(path) && statSync(path).size === 0;
    expect(opened.filter((path) => !harmless.test(path) && !isItsOwn(path) && !isEmptyLock(path))).toEqual([]);
    expect(readlinkSync(`/proc/${serverPid}/cwd`)).toBe("/");
  });
});

describe("the server's user", () => {
  /** @returns what the command said when it failed; null when it did not. */
  async function attempt(command: string, ...args: string[]): Promise<string | null> {
    const uid = workerUid();
    try {
      await run(command, args, { uid, gid: uid, cwd: "/" });
      return null;
    } catch (error) {
      return String((error as { stderr?: string }).stderr);
    }
  }

  test("may run what everyone may", async () => {
    expect(await attempt("/bin/cat", "/proc/self/status")).toBeNull();
  });

  test("cannot read a file of root", async () => {
    const secret = join(folder, "secret");
    writeFileSync(secret, "secret", { mode: 0o600 });
    expect(await attempt("/bin/cat", secret)).toMatch(/Permission denied/);
  });

  test("cannot touch the launcher, its supervisor or a box", async () => {
    const [box] = server.instance.boxProcesses();
    for (const pid of [server.instance.launcherPid(), server.instance.supervisorPid, box?.pid ?? 0]) {
      expect(await attempt("/bin/sh", "-c", `kill -9 ${pid}`)).toMatch(/not permitted/i);
      expect(await attempt("/bin/cat", `/proc/${pid}/environ`)).toMatch(/Permission denied/);
    }
  });

  test("cannot change a control group", async () => {
    const uid = workerUid();
    const group = `/sys/fs/cgroup/memory/millrace/${(uid - 1_900_000_000) / 1_024}/memory.limit_in_bytes`;
    expect(await attempt("/bin/cat", group)).toBeNull();
    expect(await attempt("/bin/sh", "-c", `echo 1 > ${group}`)).toMatch(/Permission denied/);
  });
});

describe("the launcher", () => {
  test("has the capabilities that it needs and no other, and can get no other", () => {
    const mask = Object.values(LAUNCHER_CAPABILITIES).reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n);
    const kept = mask.toString(16).padStart(16, "0");
    expect(statusOf(String(server.instance.launcherPid()))).toMatchObject({
      Uid: "0 0 0 0",
      CapPrm: kept,
      CapEff: kept,
      CapBnd: kept,
      CapInh: NOTHING,
      CapAmb: NOTHING,
    });
  });

  test("has an empty environment, as has its supervisor", () => {
    for (const pid of [server.instance.launcherPid(), server.instance.supervisorPid]) {
      expect(readFileSync(`/proc/${pid}/environ`, "latin1").replaceAll("\0", "")).toBe("");
    }
  });

  test("listens where the server alone can come", async () => {
    const path = socketPath();
    const directory = statSync(dirname(path));
    expect({ mode: directory.mode & 0o777, uid: directory.uid, gid: directory.gid }).toEqual({
      mode: 0o700,
      uid: workerUid(),
      gid: workerUid(),
    });
    const [error] = await once(connectAs(12_345, path), "error");
    expect(error).toMatchObject({ code: "EACCES" });
  });
});

test("whatever stands ready in a box has no power, for good", async () => {
  const waiting = await eventually("two boxes stand ready", () => {
    const found = server.instance.boxProcesses();
    return found.length === 4 && found.every(({ pid }) => statusOf(String(pid))["Seccomp"] !== "0") && found;
  });
  for (const { pid, innerPid, uid } of waiting) {
    const ids = `${uid} ${uid} ${uid} ${uid}`;
    expect(statusOf(String(pid))).toMatchObject({
      ...NO_POWER,
      CapBnd: NOTHING,
      Uid: ids,
      Gid: ids,
      NoNewPrivs: "1",
    });
    // The program's process has the plan's filter; pid 1 needs less than that lets through.
    if (innerPid !== 1) expect(statusOf(String(pid))).toMatchObject({ Seccomp: "2", Seccomp_filters: "1" });
    expect(readFileSync(`/proc/${pid}/environ`, "latin1").replaceAll("\0", "")).toBe("");
  }
});
