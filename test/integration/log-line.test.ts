import { afterAll, beforeAll, expect, test } from "vitest";
import { post, postText } from "../support/client.ts";
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

/** Waits until so many executions wait. */
function haveQueued(count: number): Promise<true> {
  const line = new RegExp(`^millrace_queue_jobs ${count}$`, "m");
  return eventually("so many wait", async () => line.test(await (await fetch(`${server.url}/metrics`)).text()));
}

/** Waits until the only slot has a program in it. */
function isRunning(): Promise<true> {
  return eventually("a program runs", () => server.instance.unrest().length > 0);
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
    const first = postText(server, "python", "import time; time.sleep(1)");
    await isRunning();
    const second = postText(server, "python", "print(2)");
    await haveQueued(1);
    expect((await postText(server, "python", "print(3)")).status).toBe(429);
    await Promise.all([first, second]);
  });
  const refused = added.find(({ status }) => status === "refused");
  expect(refused).toMatchObject({ level: 40, code: "queue_full", language: "python", address: "127.0.0.1" });
  expect(refused?.["id"]).toMatch(/^exe_/);

  const [mistake] = await linesOf(1, () => post(server, { language: "python" }));
  expect(mistake).toMatchObject({ level: 20, status: "refused", code: "invalid_field", id: null });
});

test("a client that hangs up: its execution is told of once, run or not", async () => {
  const running = new AbortController();
  const waiting = new AbortController();
  const added = await linesOf(2, async () => {
    const request = { language: "python", code: "import time; time.sleep(5)" };
    const first = post(server, request, running.signal).catch(() => null);
    await isRunning();
    const second = post(server, request, waiting.signal).catch(() => null);
    await haveQueued(1);
    waiting.abort();
    await second;
    running.abort();
    await first;
  });
  expect(added.map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
  expect(added[0]).toMatchObject({ level: 30, started: false, address: "127.0.0.1" });
  expect(added[1]).toMatchObject({ level: 30, run: { cpuMs: expect.any(Number) }, signal: "SIGKILL" });
  await postText(server, "python", "print(1)");
  expect(lines().filter(({ status }) => status === "cancelled")).toHaveLength(2);
});
