import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import { execute, post, postText } from "../support/client.ts";
import type { HostProcess } from "../support/processes.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually, until } from "../support/until.ts";

let server: RunningServer;

beforeEach(async () => {
  server = await startServer({ slots: 1, queue: CAPACITY });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.abort();
  await server.stop();
});

/** Of this test: whatever it left running ends with it. */
const clients: AbortController[] = [];

/** Runs until it is killed. Its mark makes it known among the host's processes. */
function sleeper(mark: string): ExecutionRequest {
  return { language: "python", code: "import time; time.sleep(30)", args: [mark], limits: { wallMs: 60_000 } };
}

const findMarked = (mark: string) => server.instance.findProgram(mark);

/** Asks for something whose answer nobody will wait for. */
function submit(request: ExecutionRequest) {
  const client = new AbortController();
  clients.push(client);
  const answer = post(server, request, client.signal);
  answer.catch(() => undefined);
  return { answer, hangUp: () => client.abort() };
}

const CAPACITY = 3;

/** Submits more than may wait, and resolves when all that are too many have been refused: then the queue is full. */
async function fillQueue(requests: readonly ExecutionRequest[]) {
  const submitted = requests.map(submit);
  const refused: Response[] = [];
  for (const { answer } of submitted)
    answer.then(
      (got) => got.status === 429 && refused.push(got),
      () => undefined,
    );
  await eventually("the queue is full", () => refused.length === requests.length - CAPACITY);
  return { submitted, refused };
}

test("a client that hangs up ends its program, and the slot is free for the next", async () => {
  const { hangUp } = submit(sleeper("first"));
  await eventually("it runs", () => findMarked("first"));

  hangUp();

  await eventually("it is dead", () => findMarked("first") === null);
  expect(await execute(server, { language: "python", code: "print(1)" })).toMatchObject({ status: "ok" });
  expect(await until(server.instance.unrest)).toEqual([]);
});

test("a client that hangs up ends its compiler", async () => {
  // Two million declarations.
  const code = "#define A(x) x x x x x x x x\n#define B(x) A(A(A(x)))\nB(B(A(int f(void);)))\nint main(void) {}";
  const { hangUp } = submit({ language: "c", code });
  const isCompiler = ({ name }: HostProcess) => name === "cc1";
  await eventually("it compiles", () => server.instance.boxProcesses().some(isCompiler));

  hangUp();

  await eventually("it is dead", () => !server.instance.boxProcesses().some(isCompiler));
  expect(await execute(server, { language: "python", code: "print(1)" })).toMatchObject({ status: "ok" });
});

test("a connection that is reset counts as hanging up", async () => {
  const socket = connect(server.port, "127.0.0.1");
  const body = JSON.stringify(sleeper("reset"));
  socket.write(
    `POST /v1/executions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  await eventually("it runs", () => findMarked("reset"));

  socket.resetAndDestroy();

  await eventually("it is dead", () => findMarked("reset") === null);
});

test("what waits and is given up never runs", async () => {
  const running = submit(sleeper("running"));
  await eventually("it runs", () => findMarked("running"));
  const waiting = submit(sleeper("given-up"));
  const last = execute(server, { language: "python", code: "print('last')" });

  waiting.hangUp();
  running.hangUp();

  expect((await last).run?.stdout).toBe("last\n");
  expect(findMarked("given-up")).toBeNull();
  expect(await until(server.instance.unrest)).toEqual([]);
});

describe("a full queue", () => {
  const printing = (n: number): ExecutionRequest => ({ language: "python", code: `print(${n})` });

  test("answers 429 with Retry-After, and loses nothing that it took", async () => {
    const running = submit(sleeper("running"));
    await eventually("it runs", () => findMarked("running"));
    const { submitted, refused } = await fillQueue([1, 2, 3, 4, 5, 6, 7, 8].map(printing));
    const text = await postText(server, "python", "print(1)");

    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused[0]?.json()).toMatchObject({ status: 429, code: "queue_full", title: "The queue is full" });
    expect(text.status).toBe(429);
    expect(Number(text.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await text.text()).toMatch(/^millrace: queue_full: 3 jobs are waiting.*\n$/);

    running.hangUp();
    const answers = await Promise.all(submitted.map(({ answer }) => answer));
    const accepted = answers.filter(({ status }) => status === 200);
    expect(accepted).toHaveLength(CAPACITY);
    for (const answer of accepted) expect(await answer.json()).toMatchObject({ status: "ok", run: { exitCode: 0 } });
  });

  test("has a place again when one that waited is given up", async () => {
    submit(sleeper("running"));
    await eventually("it runs", () => findMarked("running"));
    const { submitted, refused } = await fillQueue([1, 2, 3, 4].map(printing));
    const isRefused = await Promise.all(
      submitted.map(async ({ answer }) =>
        refused.includes(await Promise.race([answer, Promise.resolve(null as never)])),
      ),
    );

    submitted[isRefused.indexOf(false)]?.hangUp();

    await eventually("a place is free", async () => {
      const { answer } = submit(printing(5));
      return Promise.race([answer.then(() => false), isStillWaiting()]);
    });
  });
});

/** Resolves when an answer that was going to be a refusal would have come. */
async function isStillWaiting(): Promise<true> {
  for (let i = 0; i < 3; i++) await fetch(`${server.url}/healthz`);
  return true;
}
