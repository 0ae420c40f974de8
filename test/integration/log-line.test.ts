import { afterAll, beforeAll, expect, test } from "vitest";
import { post, postText } from "../support/client.ts";
import { becomesMetric } from "../support/metrics.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ slots: 1, queue: 1, env: { MILLRACE_LOG: "debug" } });
});

afterAll(() => server.stop());

type Line = Readonly<Record<string, unknown>>;

function lines(): Line[] {
  const logged = server
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  return logged.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === "execution");
}

/** What is logged of executions while `work` is done and until `count` lines are there. */
async function linesOf(count: number, work: () => Promise<unknown>): Promise<Line[]> {
  const before = lines().length;
  await work();
  return eventually(`${count} lines`, () => {
    const added = lines().slice(before);
    return added.length >= count && added;
  });
}

/** Takes the only slot and all places of the queue, until both are hung up. */
async function takeAllPlaces() {
  const sleep = (mark: string) => {
    const client = new AbortController();
    const request = {
      language: "python",
      code: "import time; time.sleep(60)",
      args: [mark],
      limits: { wallMs: 60_000 },
    };
    const answer = post(server, request, client.signal).catch(() => null);
    return async () => {
      client.abort();
      await answer;
    };
  };
  const hangUpRunning = sleep("runs");
  await eventually("a program runs", () => server.instance.findProgram("runs"));
  const hangUpWaiting = sleep("waits");
  await becomesMetric(server, "millrace_queue_jobs", 1);
  return { hangUpRunning, hangUpWaiting };
}

test("an execution has one line, with its id and what it used", async () => {
  let id: unknown;
  const added = await linesOf(1, async () => {
    id = ((await (await post(server, { language: "python", code: "print(6*7)" })).json()) as { id: string }).id;
  });
  expect(added).toHaveLength(1);
  expect(added[0]).toMatchObject({
    level: 30,
    id,
    language: "python",
    status: "ok",
    exitCode: 0,
    signal: null,
    compile: null,
    client: null,
    address: "127.0.0.1",
  });
  expect(added[0]?.["version"]).toMatch(/^3\./);
  expect(added[0]?.["run"]).toMatchObject({ warm: expect.any(Boolean), cpuMs: expect.any(Number) });
  const { totalMs, queuedMs } = added[0] as { totalMs: number; queuedMs: number };
  expect(totalMs).toBeGreaterThan(queuedMs);
});

test("a program that fails is not the server's failure", async () => {
  const [failed] = await linesOf(1, () => postText(server, "python", "import os; os.abort()"));
  expect(failed).toMatchObject({ level: 30, status: "runtime_error", exitCode: null, signal: "SIGABRT" });
  const [broken] = await linesOf(1, () => postText(server, "c", "int main(void) { return }"));
  expect(broken).toMatchObject({ level: 30, status: "compile_error", exitCode: 1, run: null });
  expect(broken?.["compile"]).toMatchObject({ cached: false });
});

test("nothing that the client sent is in the log", async () => {
  await linesOf(2, async () => {
    const code = 'print("in-the-code"); import sys; print(sys.argv, sys.stdin.read()); raise SystemExit("on-stderr")';
    await post(server, { language: "python", code, stdin: "in-stdin", args: ["in-args"], env: { NAME: "in-env" } });
    await postText(server, "python", "in-a-text", "stdin=in-the-query&arg=in-the-query");
  });
  await linesOf(1, () => post(server, { language: "python", code: "in-what-is-refused", colour: 1 }));
  expect(server.output()).not.toMatch(
    /in-the-code|on-stderr|in-stdin|in-args|in-env|in-a-text|in-the-query|in-what-is/,
  );
});

test("a full queue is a warning; a client's mistake is a detail", async () => {
  const added = await linesOf(3, async () => {
    const { hangUpRunning, hangUpWaiting } = await takeAllPlaces();
    expect((await postText(server, "python", "print(3)")).status).toBe(429);
    await hangUpWaiting();
    await hangUpRunning();
  });
  const refused = added.find(({ status }) => status === "refused");
  expect(refused).toMatchObject({ level: 40, code: "queue_full", language: "python", address: "127.0.0.1" });
  expect(refused?.["id"]).toMatch(/^exe_/);

  const [mistake] = await linesOf(1, () => post(server, { language: "python" }));
  expect(mistake).toMatchObject({ level: 20, status: "refused", code: "invalid_field", id: null });
});

test("a client that hangs up: its execution is told of once, run or not", async () => {
  const before = lines().length;
  const added = await linesOf(2, async () => {
    const { hangUpRunning, hangUpWaiting } = await takeAllPlaces();
    await hangUpWaiting();
    await becomesMetric(server, "millrace_queue_jobs", 0);
    await hangUpRunning();
  });
  expect(added.map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
  expect(added[0]).toMatchObject({ level: 30, started: false, address: "127.0.0.1" });
  expect(added[1]).toMatchObject({ level: 30, run: { cpuMs: expect.any(Number) }, signal: "SIGKILL" });
  await postText(server, "python", "print(1)");
  await eventually("the next execution is told of", () => lines().length > before + 2);
  const told = lines().slice(before);
  expect(told.map(({ status }) => status)).toEqual(["cancelled", "cancelled", "ok"]);
});
