import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { execute, post } from "../support/client.ts";
import { countDescriptors, isRunning, readProcess } from "../support/processes.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually, until } from "../support/until.ts";
import { startInVain } from "./failing-start.ts";
import { expectCalm, expectHello, expectNothingLeft } from "./healing.ts";
import { childrenOf, hasMark, MARK, signal } from "./holding.ts";
import { makeOwnGroup, type OwnGroup } from "./own-group.ts";

// What happens when the host has no process, memory, descriptor or disk left, at the start and while programs run.

const hello = { language: "python", code: "print(6*7)" };
const IS_LONG = process.env["MILLRACE_TEST_LONG"] === "1";

const started: RunningServer[] = [];
const groups: OwnGroup[] = [];

afterEach(async () => {
  for (const group of groups.splice(0)) group.close();
  for (const { instance, stop } of started.splice(0)) if (isRunning(instance.serverPid)) await stop();
});

async function start(options: Parameters<typeof startServer>[0] = {}): Promise<RunningServer> {
  const server = await startServer({ slots: 1, ...options });
  started.push(server);
  return server;
}

function group(controller: string): OwnGroup {
  const made = makeOwnGroup(controller);
  groups.push(made);
  return made;
}

/** The launcher and its own children: not those in boxes. */
function launcherPids({ instance }: RunningServer): number[] {
  const launcher = instance.launcherPid();
  const inBoxes = new Set(instance.boxProcesses().map(({ pid }) => pid));
  return [launcher, ...childrenOf(launcher).filter((pid) => !inBoxes.has(pid))];
}

async function becomesUnready({ url }: RunningServer): Promise<void> {
  await eventually("it is not ready", async () => (await fetch(`${url}/readyz`)).status === 503);
}

/** Asks for two runs. The box that stands ready, if it can be used at all, is for one of them; the other has to wait. */
async function askForTwo(server: RunningServer) {
  const answers = Promise.all([execute(server, hello), execute(server, hello)]);
  answers.catch(() => undefined); // looked at later
  await becomesUnready(server);
  return { answers };
}

async function expectBothOk({ answers }: Awaited<ReturnType<typeof askForTwo>>): Promise<void> {
  for (const { run } of await answers) expect(run?.stdout).toBe("42\n");
}

async function expectRefusal(server: RunningServer): Promise<void> {
  const refused = await post(server, hello);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
}

describe("no process", () => {
  test("what is under way waits, what is new is told to come again; then all goes on", async () => {
    const server = await start();
    const pids = group("pids");
    pids.join(server.instance.serverPid, server.instance.supervisorPid, ...launcherPids(server));
    pids.set("pids.max", 0);

    const asked = await askForTwo(server);
    await expectRefusal(server);
    expect(server.output()).toMatch(/fork\(0\): EAGAIN/);
    pids.set("pids.max", "max");

    await expectBothOk(asked);
    await expectCalm(server);
  });

  test("for another launcher: the supervisor tries again until there is", async () => {
    const server = await start();
    const pids = group("pids");
    pids.join(server.instance.supervisorPid);
    pids.set("pids.max", 0);

    signal(server.instance.launcherPid(), "SIGKILL");
    await eventually("it was tried", () => server.output().includes("it cannot be started: Resource temporarily"));
    await expectRefusal(server);
    pids.set("pids.max", "max");

    await expectHello(server);
    await expectCalm(server);
  });

  // Node itself needs eleven.
  test.each(IS_LONG ? [11, 12, 13, 14, 15, 16, 17, 18] : [12, 14])(
    "at the start, which may have %i: it comes up whole, or says why not",
    async (most) => {
      const pids = group("pids");
      pids.set("pids.max", most);
      const failed = await startInVain(pids.inside).catch(() => null);
      if (failed === null) return;
      expect(failed.status).toBe(1);
      expect(failed.stderr).toMatch(/^millrace: .*(EAGAIN|Resource temporarily unavailable)/m);
    },
  );
});

describe("no memory", () => {
  test("for the launcher: it is killed, and the next one runs what ran once more", async () => {
    const server = await start();
    const memory = group("memory");
    const launcher = server.instance.launcherPid();
    memory.join(launcher);
    memory.set("memory.limit_in_bytes", 4_096);

    const result = await execute(server, { ...hello, stdin: "x".repeat(1_000_000) });

    expect(result.run?.stdout).toBe("42\n");
    expect(server.instance.launcherPid()).not.toBe(launcher);
    expect(memory.read("memory.oom_control")).toMatch(/^oom_kill [1-9]/m);
    await expectCalm(server);
  });

  test("for any launcher: the server ends with status 1, and the next start finds nothing in its way", async () => {
    const server = await start();
    const memory = group("memory");
    memory.join(server.instance.supervisorPid, ...launcherPids(server));
    memory.set("memory.limit_in_bytes", 4_096);

    await post(server, { ...hello, stdin: "x".repeat(1_000_000) }).catch(() => null);
    expect(await server.exited).toEqual([1, null]);

    const next = await start();
    await expectHello(next);
    await next.stop();
    await expectNothingLeft(server);
  });
});

/** Sets the soft limit of open files of a running process; the hard one stays. */
function limitDescriptors(pid: number, most: number): void {
  execFileSync("/usr/bin/prlimit", [`--pid=${pid}`, `--nofile=${most}:`]);
}

function highestDescriptor(pid: number): number {
  return Math.max(...readdirSync(`/proc/${pid}/fd`).map(Number));
}

function softDescriptorLimit(pid: number): number {
  return Number(/^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, "latin1"))?.[1]);
}

describe("no descriptor", () => {
  test("for the launcher, however many it lacks: boxes cannot be made until there are some", async () => {
    const server = await start();
    const launcher = server.instance.launcherPid();
    const limit = softDescriptorLimit(launcher);
    const open: number[] = [];

    for (let round = 0; round < 2; round++) {
      for (let spare = 0; spare < 16; spare += IS_LONG ? 1 : 5) {
        limitDescriptors(launcher, highestDescriptor(launcher) + 1 + spare);
        const asked = await askForTwo(server);
        await expectRefusal(server);
        limitDescriptors(launcher, limit);
        await expectBothOk(asked);
        await expectCalm(server);
      }
      open.push(countDescriptors(launcher));
    }

    expect(server.output()).toMatch(/descriptors\(0\): EMFILE/);
    expect(server.instance.launcherPid()).toBe(launcher);
    const [most = 0] = open;
    const complaint = () =>
      countDescriptors(launcher) <= most ? [] : [`first ${open}, then ${countDescriptors(launcher)}`];
    expect(await until(complaint)).toEqual([]);
  });

  test("for the launcher: a run that is under way is judged as always", async () => {
    const server = await start();
    const launcher = server.instance.launcherPid();
    const limit = softDescriptorLimit(launcher);
    const isMarked = () => server.instance.boxProcesses().find(({ pid }) => hasMark(pid));
    const code = (rest: string) => `import os, time\n${MARK}\n${rest}`;
    const cases = [
      { code: code("time.sleep(1)"), limits: { cpuMs: 500 }, status: "ok" },
      { code: code("while True: pass"), limits: { cpuMs: 800 }, status: "time_limit_exceeded" },
      { code: code("time.sleep(60)"), limits: { wallMs: 1_000 }, status: "time_limit_exceeded" },
      {
        code: code("time.sleep(1); bytearray(64 << 20)"),
        limits: { memoryBytes: 32 << 20 },
        status: "memory_limit_exceeded",
      },
    ];
    for (const { status, ...request } of cases) {
      const answer = execute(server, { language: "python", ...request });
      await eventually("it runs", () => isMarked() ?? null);
      limitDescriptors(launcher, 0);
      await eventually("it has ended", () => isMarked() === undefined);
      limitDescriptors(launcher, limit);
      expect((await answer).status, request.code).toBe(status);
      await expectCalm(server);
    }
  });

  test("for the server: those whom it answers go on, others are cut off or wait; then all are answered", async () => {
    const most = 320;
    const server = await start({ inside: ["prlimit", `--nofile=${most}:${most}`] });
    await expectHello(server); // over a connection that is kept

    const sockets = Array.from({ length: most + 20 }, () => connect(server.port, "127.0.0.1"));
    for (const socket of sockets) socket.on("error", () => undefined);
    await eventually("it has none left", () => countDescriptors(server.instance.serverPid) >= most - 1);
    await expectHello(server);
    for (const socket of sockets) socket.destroy();

    for (let asked = 0; asked < 20; asked++) expect((await execute(server, hello)).status).toBe("ok");
    await expectCalm(server);
  });

  test.each(IS_LONG ? [26, 30, 40, 60, 80, 100, 190] : [26, 100])(
    "at the start, which may have %i: it says what it lacks",
    async (most) => {
      const failed = await startInVain(["prlimit", `--nofile=${most}:${most}`]);
      expect(failed.status).toBe(1);
      expect(failed.stderr).toMatch(/^millrace: .*(EMFILE|open files)/m);
      if (most > 60)
        expect(failed.stderr).toMatch(/: DEFINE: \d+ lanes need \d+ open files, and the limit is \d+ \(ulimit -n\)/);
    },
  );
});

/** A command that covers a directory with a small tmpfs of its own, which nobody else on the host sees, and then becomes the next. */
function coverWith(directory: string, options: string, then = 'exec "$@"'): string[] {
  const script = `mkdir -p "$0" && mount -t tmpfs -o ${options} small "$0" && ${then}`;
  return ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", script, directory];
}

describe("no disk", () => {
  test.each([
    [1, "/run/millrace/0.lock"],
    [2, "/run/millrace/0"],
    [3, "/run/millrace/0/launcher.sock"],
  ])("in /run at the start, after %i inodes: it says so and leaves nothing", async (inodes) => {
    const cover = coverWith(
      "/run/millrace",
      `nr_inodes=${inodes}`,
      '"$@"; status=$?; find "$0" -mindepth 1; exit $status',
    );
    const failed = await startInVain(cover);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toMatch(
      /^millrace: The launcher cannot start: .*\/run\/millrace.*: No space left on device$/m,
    );
    expect(failed.stdout).toBe("");
  });

  test("for compiled programs: they are compiled again each time", async () => {
    const server = await start({ inside: ["unshare", "--mount", "--propagation", "private"] });
    const { serverPid } = server.instance;
    const uid = readProcess(serverPid)?.uid;
    const small = ["mount", "-t", "tmpfs", "-o", `size=64k,uid=${uid},gid=${uid},mode=700`, "small"];
    execFileSync("/usr/bin/nsenter", ["-t", String(serverPid), "-m", ...small, `/var/cache/millrace/compiled-${uid}`]);

    for (let n = 0; n < 12; n++) {
      const program = { language: "c", code: `#include <stdio.h>\nint main() { puts("${process.pid} ${n}"); }` };
      for (let again = 0; again < 2; again++) {
        expect((await execute(server, program)).run?.stdout).toBe(`${process.pid} ${n}\n`);
      }
    }
    expect(server.output()).toContain("ENOSPC");
    await expectCalm(server);
  });

  test.each(IS_LONG ? ["Go"] : [])(
    "for %s, which is prepared at the start: it is left out, which is said",
    async () => {
      const server = await start({ inside: coverWith("/var/cache/millrace", "size=64k") });
      expect(server.output()).toMatch(/cannot be prepared, so it is left out: .*no space left on device/is);
      await expectHello(server);
      await expectCalm(server);
    },
  );

  test("for the log: the server goes on without it, and with it when there is space again", async () => {
    const directory = mkdtempSync(join(tmpdir(), "millrace-full-"));
    const server = await start({ inside: coverWith(directory, "size=64k", 'exec "$@" 2>>"$0/log"') });
    const inside = `/proc/${server.instance.serverPid}/root${directory}`;
    execFileSync("/bin/sh", ["-c", `cat /dev/zero >> ${inside}/filler; cat /dev/zero >> ${inside}/log; exit 0`], {
      stdio: "ignore",
    });
    const full = readFileSync(`${inside}/log`).length;

    signal(server.instance.launcherPid(), "SIGKILL"); // which it would tell
    await expectHello(server);
    expect(readFileSync(`${inside}/log`)).toHaveLength(full);
    execFileSync("rm", [`${inside}/filler`]);
    signal(server.instance.launcherPid(), "SIGKILL");
    await expectHello(server);

    await eventually("it is told", () => readFileSync(`${inside}/log`).length > full);
    expect(readFileSync(`${inside}/log`, "latin1").match(/the launcher is gone/g)).toHaveLength(2);
    await expectCalm(server);
    await server.stop();
    rmdirSync(directory);
  });
});
