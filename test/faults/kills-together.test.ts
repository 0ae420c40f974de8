import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import { execute, post, postText } from "../support/client.ts";
import { becomesMetric } from "../support/metrics.ts";
import { type HostProcess, isRunning } from "../support/processes.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";
import { expectCalm, expectHello, expectNothingLeft } from "./healing.ts";
import { groupOf, signal } from "./holding.ts";

// Kills of the same twice, of several at once, and beside another server. One process at one moment is the matrix's.

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

/** The first process of the box in which a process runs. */
function firstProcessBeside({ pid, uid }: HostProcess): number {
  // A lane has two ids: that of pid 1, and the next one for the program.
  const beside = server.instance.boxProcesses().filter((other) => other.innerPid === 1 && other.uid === uid - 1);
  if (beside.length !== 1) throw new Error(`${beside.length} processes may be the first beside ${pid}`);
  return beside[0]?.pid ?? 0;
}

function kill(...pids: number[]): void {
  for (const pid of pids) signal(pid, "SIGKILL");
}

async function expectBoxesDead(): Promise<void> {
  const isAlive = ({ pid }: HostProcess) => isRunning(pid);
  await eventually("every process in a box is dead", () => !server.instance.boxProcesses().some(isAlive));
}

test("the launcher, twice: an internal_error that says nothing of the host, as JSON and as text", async () => {
  const json = execute(server, sleeper("json", 30));
  const text = postText(server, "python", "import time; time.sleep(30)", "arg=text");
  const before = [await begins("json"), await begins("text")].map(({ pid }) => pid);
  kill(server.instance.launcherPid());
  await Promise.all([begins("json", before), begins("text", before)]);

  kill(server.instance.launcherPid());

  const message = "the engine could not start the program";
  expect(await json).toMatchObject({
    status: "internal_error",
    run: { status: "internal_error", exitCode: null, signal: null, stdout: "", message },
  });
  expect((await text).status).toBe(500);
  expect((await text).headers.get("millrace-status")).toBe("internal_error");
  await expectHello(server);
  await expectCalm(server);
});

test("a box's first process, twice: an internal_error", async () => {
  const result = execute(server, sleeper("mark", 30));
  const first = await begins("mark");
  kill(firstProcessBeside(first));
  kill(firstProcessBeside(await begins("mark", [first.pid])));
  expect((await result).status).toBe("internal_error");
  await expectHello(server);
  await expectCalm(server);
});

test("the supervisor, while all slots are taken: what runs and what waits is a 503", async () => {
  const answers = [post(server, sleeper("first", 30)), post(server, sleeper("second", 30))];
  await Promise.all([begins("first"), begins("second")]);
  answers.push(post(server, sleeper("waiting", 0)));
  await becomesMetric(server, "millrace_queue_jobs", 1);

  kill(server.instance.supervisorPid);

  for (const answer of answers) expect((await answer).status).toBe(503);
  expect(await server.exited).toEqual([1, null]);
  await expectNothingLeft(server);
});

test("supervisor and launcher: as the supervisor alone; control groups stay until the next start", async () => {
  const answer = post(server, sleeper("mark", 30));
  await begins("mark");

  const { supervisorPid, launcherPid } = server.instance;
  kill(supervisorPid, launcherPid());

  expect((await answer).status).toBe(503);
  expect(await server.exited).toEqual([1, null]);
  await expectBoxesDead();
  const next = await start();
  await expectHello(next);
  await next.stop();
  await expectNothingLeft(server);
});

test("server, supervisor and launcher: the next start finds the place and cleans it", async () => {
  execute(server, sleeper("mark", 30)).catch(() => undefined);
  await begins("mark");
  const { serverPid, supervisorPid, launcherPid } = server.instance;

  kill(serverPid, supervisorPid, launcherPid());

  await expectBoxesDead();
  const next = await start();
  await expectHello(next);
  await next.stop();
  await expectNothingLeft(server);
});

test.each([[["memory", "pids"]], [["pids"]]])(
  "a process that somebody put into a box's groups (%s) ends with the box, whose place would not be free else",
  async (controllers) => {
    const result = execute(server, sleeper("mark", 1));
    const program = await begins("mark");
    const stranger = spawn("/bin/sleep", ["60"]);
    const ended = once(stranger, "exit");
    for (const controller of controllers)
      writeFileSync(`${groupOf(program.pid, controller)}/cgroup.procs`, String(stranger.pid));

    expect((await result).status).toBe("ok");
    expect(await ended).toEqual([null, "SIGKILL"]);
    await expectHello(server);
    await expectCalm(server);
  },
);

test("two servers on one host do not meet", async () => {
  const other = await start();
  const here = execute(server, sleeper("here", 1.5));
  await begins("here");
  execute(other, sleeper("there", 30)).catch(() => undefined);
  await eventually("it runs there", () => findMarked("there", other));
  expect(findMarked("there", server)).toBeNull();

  kill(other.instance.launcherPid(), other.instance.serverPid);
  await expectNothingLeft(other);

  expect((await here).run).toMatchObject({ status: "ok", stdout: "begun\nended\n" });
  await expectHello(server);
});
