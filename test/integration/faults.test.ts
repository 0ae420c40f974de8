import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import { execute, post, postText } from "../support/client.ts";
import { type HostProcess, isRunning } from "../support/processes.ts";
import { becomesReady, type RunningServer, startServer } from "../support/server.ts";
import { eventually, until } from "../support/until.ts";

// What docs/failures.md says, line by line.

const servers: RunningServer[] = [];
let server: RunningServer;

beforeEach(async () => {
  server = await start();
});

afterEach(async () => {
  for (const { instance, stop } of servers.splice(0)) if (isRunning(instance.serverPid)) await stop();
});

async function start(): Promise<RunningServer> {
  const started = await startServer({ slots: 2 });
  servers.push(started);
  return started;
}

/** Prints, sleeps so many seconds, and prints again. */
function sleeper(mark: string, seconds: number): ExecutionRequest {
  const code = `import time; print('begun', flush=True); time.sleep(${seconds}); print('ended')`;
  return { language: "python", code, args: [mark], limits: { wallMs: 60_000 } };
}

function findMarked(mark: string, { instance } = server): HostProcess | null {
  return instance.boxProcesses().find(({ commandLine }) => commandLine.endsWith(` main.py ${mark}`)) ?? null;
}

/** Waits for a process of that program, not one of those seen before. */
function begins(mark: string, not: readonly number[] = []): Promise<HostProcess> {
  return eventually(`${mark} runs`, () => {
    const found = findMarked(mark);
    return found !== null && !not.includes(found.pid) && found;
  });
}

/** The first processes of all boxes. */
function firstProcesses(): number[] {
  return server.instance
    .boxProcesses()
    .filter(({ innerPid }) => innerPid === 1)
    .map(({ pid }) => pid);
}

/** The first process of the box in which a process runs. */
function firstProcessBeside({ pid, uid }: HostProcess): number {
  // A lane has two ids: that of pid 1, and the next one for the program.
  const beside = server.instance.boxProcesses().filter((other) => other.innerPid === 1 && other.uid === uid - 1);
  if (beside.length !== 1) throw new Error(`${beside.length} processes may be the first beside ${pid}`);
  return beside[0]?.pid ?? 0;
}

const kill = (pid: number) => void process.kill(pid, "SIGKILL");

async function expectNothingLeft({ instance } = server): Promise<void> {
  expect(await until(instance.remains, 10_000)).toEqual([]);
}

async function expectBoxesDead(): Promise<void> {
  const isAlive = ({ pid }: HostProcess) => isRunning(pid);
  await eventually("every process in a box is dead", () => !server.instance.boxProcesses().some(isAlive), 2_000);
}

async function expectHello(at = server): Promise<void> {
  expect((await execute(at, { language: "python", code: "print(6*7)" })).run?.stdout).toBe("42\n");
}

describe("kill -9 of the launcher", () => {
  test("once: what ran is run again, and its output is that of the second time alone", async () => {
    const result = execute(server, sleeper("mark", 1));
    const first = await begins("mark");
    const launcher = server.instance.launcherPid();

    kill(launcher);

    expect((await result).run).toMatchObject({ status: "ok", stdout: "begun\nended\n", message: null });
    expect(isRunning(first.pid)).toBe(false);
    expect(server.instance.launcherPid()).not.toBe(launcher);
    await expectHello();
    expect(await until(server.instance.unrest, 5_000)).toEqual([]);
  });

  test("twice: an internal_error that says nothing of the host, as JSON and as text", async () => {
    const json = execute(server, sleeper("json", 30));
    const text = postText(server, "python", "import time; time.sleep(30)", "arg=text");
    const before = [await begins("json"), await begins("text")].map(({ pid }) => pid);
    kill(server.instance.launcherPid());
    await Promise.all([begins("json", before), begins("text", before)]);

    kill(server.instance.launcherPid());

    expect(await json).toMatchObject({
      status: "internal_error",
      run: {
        status: "internal_error",
        exitCode: null,
        signal: null,
        stdout: "",
        message: "the engine could not start the program",
      },
    });
    expect((await text).status).toBe(500);
    expect((await text).headers.get("millrace-status")).toBe("internal_error");
    await becomesReady(server);
    await expectHello();
  });

  test("while nothing runs: the next execution is answered, at the latest after it was told to come again", async () => {
    kill(server.instance.launcherPid());

    await eventually("an execution is taken", async () => {
      const answer = await post(server, { language: "python", code: "print(6*7)" });
      const body = await answer.json();
      if (answer.status === 200) return expect(body).toMatchObject({ status: "ok", run: { stdout: "42\n" } });
      expect(answer.status).toBe(503);
      expect(answer.headers.get("retry-after")).toBe("1");
      expect(body).toMatchObject({ code: "no_worker" });
      return null;
    });
  });
});

describe("kill -9 of a box's first process", () => {
  test("once: what ran is run again", async () => {
    const result = execute(server, sleeper("mark", 1));
    kill(firstProcessBeside(await begins("mark")));
    expect((await result).run).toMatchObject({ status: "ok", stdout: "begun\nended\n" });
  });

  test("twice: an internal_error; the next run works", async () => {
    const result = execute(server, sleeper("mark", 30));
    const first = await begins("mark");
    kill(firstProcessBeside(first));
    kill(firstProcessBeside(await begins("mark", [first.pid])));
    expect((await result).status).toBe("internal_error");
    await expectHello();
    expect(await until(server.instance.unrest, 5_000)).toEqual([]);
  });

  test("while it stands ready: another box takes its place", async () => {
    const before = firstProcesses();
    expect(before.length).toBeGreaterThan(0);

    for (const pid of before) kill(pid);

    await eventually("all of them are replaced", () => {
      const after = firstProcesses();
      return after.length >= before.length && !after.some((pid) => before.includes(pid));
    });
    await expectHello();
    expect(await until(server.instance.unrest, 5_000)).toEqual([]);
  });
});

test("kill -9 of a process that waits in a box for its program: another box takes its place", async () => {
  const parked = () => server.instance.boxProcesses().filter(({ innerPid }) => innerPid !== 1);
  expect(await until(() => (parked().length > 0 ? [] : ["no box stands ready"]), 5_000)).toEqual([]);

  for (const { pid } of parked()) if (isRunning(pid)) kill(pid);

  await Promise.all([1, 2, 3, 4].map(() => expectHello()));
  expect(await until(server.instance.unrest, 5_000)).toEqual([]);
});

test("kill -9 of a program's own process is the program's end", async () => {
  const result = execute(server, sleeper("mark", 30));
  kill((await begins("mark")).pid);
  expect((await result).run).toMatchObject({ status: "runtime_error", signal: "SIGKILL" });
});

describe("kill -9 of the supervisor", () => {
  test("what runs is an internal_error, what waits a 503, the server ends with status 1, nothing is left", async () => {
    const results = [execute(server, sleeper("first", 30)), execute(server, sleeper("second", 30))];
    await Promise.all([begins("first"), begins("second")]);
    const waiting = post(server, sleeper("waiting", 0));
    await becomesReady(server); // asked after it, so that it has been taken
    const launcher = server.instance.launcherPid();

    kill(server.instance.supervisorPid);

    for (const result of results) expect((await result).status).toBe("internal_error");
    expect((await waiting).status).toBe(503);
    expect(await server.exited).toEqual([1, null]);
    expect(isRunning(launcher)).toBe(false);
    await expectNothingLeft();
  });

  test("together with the launcher: the same; control groups stay until the next start", async () => {
    const result = execute(server, sleeper("mark", 30));
    await begins("mark");

    const launcher = server.instance.launcherPid();
    kill(server.instance.supervisorPid);
    kill(launcher);

    expect((await result).status).toBe("internal_error");
    expect(await server.exited).toEqual([1, null]);
    await expectBoxesDead();
    const next = await start();
    await expectHello(next);
    await next.stop();
    await expectNothingLeft();
  });
});

describe("kill -9 of the server", () => {
  test("connections break, and nothing is left", async () => {
    const result = execute(server, sleeper("mark", 30)).catch((error: unknown) => error);
    await begins("mark");
    const launcher = server.instance.launcherPid();

    kill(server.instance.serverPid);

    expect(await result).toBeInstanceOf(TypeError);
    await expectNothingLeft();
    expect(isRunning(launcher)).toBe(false);
  });

  test("together with its supervisor and launcher: the next start finds the place and cleans it", async () => {
    execute(server, sleeper("mark", 30)).catch(() => undefined);
    await begins("mark");
    const { serverPid, supervisorPid, launcherPid } = server.instance;

    for (const pid of [serverPid, supervisorPid, launcherPid()]) kill(pid);

    await expectBoxesDead();
    const next = await start();
    await expectHello(next);
    await next.stop();
    await expectNothingLeft();
  });
});

test("two servers on one host do not meet", async () => {
  const other = await start();
  const here = execute(server, sleeper("here", 1.5));
  await begins("here");
  execute(other, sleeper("there", 30)).catch(() => undefined);
  await eventually("it runs there", () => findMarked("there", other));
  expect(findMarked("there", server)).toBeNull();

  kill(other.instance.launcherPid());
  kill(other.instance.serverPid);
  await expectNothingLeft(other);

  expect((await here).run).toMatchObject({ status: "ok", stdout: "begun\nended\n" });
  await expectHello();
});
