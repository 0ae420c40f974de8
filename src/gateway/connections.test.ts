import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../domain/clock.ts";
import { SAMPLE_RUN } from "../domain/sample-execution.test-support.ts";
import { createEmbeddedQueue } from "../queue/embedded/embedded-queue.ts";
import type { Queue } from "../queue/queue.ts";
import { type Script, type ScriptedServer, startScriptedServer } from "./scripted-server.test-support.ts";

let queue: Queue;
let server: ScriptedServer;
let script: Script;
let sockets: Socket[];

beforeEach(async () => {
  script = () => ({});
  sockets = [];
  queue = createEmbeddedQueue({ capacity: 10, clock: systemClock });
  server = startScriptedServer({
    queue,
    script: (execution, cancelled) => script(execution, cancelled),
    network: { readingTimes: { lookEveryMs: 600, totalMs: 1_500 } },
  });
  await server.app.listen({ host: "127.0.0.1", port: 0 });
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close();
});

function open(bytes: string | Buffer): Socket {
  const { port } = server.app.server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {
    // A reset is one of the ways in which the server may refuse.
  });
  sockets.push(socket);
  socket.write(bytes);
  return socket;
}

const post = (body: string, more = "") =>
  `POST /lang/python HTTP/1.1\r\nHost: localhost\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;

async function expectAlive(): Promise<void> {
  expect(await text(open("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))).toContain(
    '{"live":true}',
  );
}

describe("a client that hangs up", () => {
  it("cancels its running execution", async () => {
    const started = Promise.withResolvers<Socket>();
    const cancelled = Promise.withResolvers<void>();
    const socket = open(post("x"));
    script = async (_execution, signal) => {
      started.resolve(socket);
      await once(signal, "abort");
      cancelled.resolve();
      return { status: "cancelled" };
    };
    (await started.promise).destroy();
    await cancelled.promise;
    await expectAlive();
    expect(server.logged).toEqual([]);
    expect(server.executionLines).toMatchObject([{ status: "cancelled", address: "127.0.0.1" }]);
  });

  it("takes its waiting execution out of the queue", async () => {
    const release = Promise.withResolvers<void>();
    const running = Promise.withResolvers<void>();
    script = async () => {
      running.resolve();
      await release.promise;
      return {};
    };
    const first = open(post("first", "Connection: close\r\n"));
    await running.promise;
    const second = open(post("second"));
    await expect.poll(() => queue.depth()).toBe(1);
    second.destroy();
    await expect.poll(() => queue.depth()).toBe(0);
    await expect.poll(() => server.executionLines).toHaveLength(1);
    expect(server.executionLines).toMatchObject([{ status: "cancelled", started: false, address: "127.0.0.1" }]);
    release.resolve();
    expect(await text(first)).toContain("42");
    expect(server.executions).toHaveLength(1);
    const metrics = await server.telemetry.renderMetrics();
    expect(metrics).toContain('millrace_executions_total{language="python",status="cancelled"} 1');
    expect(metrics).toContain('millrace_http_requests_total{method="POST",route="/lang/:language",code="499"} 1');
  });

  it("is not taken for one that was answered and stays", async () => {
    const signals: AbortSignal[] = [];
    script = (_execution, signal) => {
      signals.push(signal);
      return {};
    };
    const socket = open(post("one") + post("two", "Connection: close\r\n"));
    const answers = await text(socket);
    expect(answers.match(/HTTP\/1.1 200 OK/g)).toHaveLength(2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  });

  it("leaves nothing behind when it hangs up within the body", async () => {
    const socket = open("POST /lang/python HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc");
    await once(socket, "connect");
    socket.end();
    await once(socket.resume(), "close");
    await expectAlive();
    expect(server.executions).toEqual([]);
    expect(server.logged).toEqual([]);
  });
});

describe("bytes that are no request", () => {
  it.each<[what: string, bytes: string, status: number]>([
    ["garbage", "GARBAGE\r\n\r\n", 400],
    ["no host", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["a negative length", "POST /lang/python HTTP/1.1\r\nHost: localhost\r\nContent-Length: -3\r\n\r\nabc", 400],
    [
      "two lengths",
      "POST /lang/python HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
      400,
    ],
    [
      "a length and chunks",
      "POST /lang/python HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    [
      "a chunk whose size is no number",
      "POST /lang/python HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      400,
    ],
    ["a header with NUL", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: \0\r\n\r\n", 400],
    ["headers above 16 KiB", `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(17_000)}\r\n\r\n`, 431],
    ["an address above 16 KiB", `GET /${"x".repeat(17_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
  ])("are refused: %s", async (_what, bytes, status) => {
    const answer = await text(open(bytes));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).not.toMatch(/node_modules|\.ts|at /);
    await expectAlive();
    expect(server.logged).toEqual([]);
  });

  it("are answered as problem documents", async () => {
    const answer = await text(open("GARBAGE\r\n\r\n"));
    const [head, body] = answer.split("\r\n\r\n");
    expect(head).toContain("content-type: application/problem+json");
    expect(JSON.parse(body ?? "")).toMatchObject({ status: 400, code: "bad_request" });
  });

  it("end their connection when they come while an earlier request still runs", async () => {
    const started = Promise.withResolvers<void>();
    script = async (_execution, signal) => {
      started.resolve();
      await once(signal, "abort");
      return { status: "cancelled" };
    };
    const socket = open(post("abc"));
    await started.promise;
    socket.write("garbage\r\n\r\n");
    expect(await text(socket)).toMatch(/^HTTP\/1.1 400 /);
    await expectAlive();
  });
});

describe("what a request asks for", () => {
  const ask = (target: string, method = "GET") => {
    return text(open(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`));
  };

  it("may be a whole URL", async () => {
    expect(await ask("http://localhost/healthz")).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*{"live":true}$/);
  });

  it("is nothing when it is no path", async () => {
    const answer = await ask("*");
    expect(answer).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    expect(answer).toContain("x-content-type-options: nosniff");
    expect(answer).toContain('"code":"not_found"');
  });

  it("is no bug when only HTTP/2 knows its method", async () => {
    for (const bytes of ["PRI /healthz\r\n\r\n", "PRI *x\r\n\r\nSM\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]) {
      await text(open(bytes));
    }
    await expectAlive();
    expect(server.logged).toEqual([]);
  });

  it.each(["PROPFIND", "M-SEARCH", "TRACE"])("may not be asked for by %s", async (method) => {
    expect(await ask("/healthz", method)).toMatch(/^HTTP\/1\.1 405 [\s\S]*\r\nallow: GET, HEAD\r\n/);
  });
});

describe("a large body", () => {
  it("is refused and read to its end, so that the answer arrives", async () => {
    const body = "x".repeat(4 * 1024 * 1024);
    const answer = await text(open(post(body, "Connection: close\r\n")));
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain("millrace: too_large: ");
  });

  it("is refused in chunks too", async () => {
    const chunk = `${(1024 * 1024).toString(16)}\r\n${"x".repeat(1024 * 1024)}\r\n`;
    const head =
      "POST /lang/python HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    const answer = await text(open(`${head}${chunk.repeat(4)}0\r\n\r\n`));
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    await expectAlive();
  });
});

describe("a client that does not read its answer", () => {
  const MIB = 1024 * 1024;

  function answerMuch(): void {
    script = () => ({ run: { ...SAMPLE_RUN, stdout: Buffer.alloc(48 * MIB, "x") } });
  }

  it("is cut off", async () => {
    answerMuch();
    const [socket] = await Promise.all([once(server.app.server, "connection"), open(post("x")).pause()]);
    await once(socket[0] as Socket, "close");
    await expectAlive();
    expect(server.logged).toEqual([]);
  });

  it("or reads a little now and then, is cut off in the end", { retry: 3 }, async () => {
    answerMuch();
    const socket = open(post("x"));
    let unread = MIB;
    socket.on("data", (bytes) => {
      unread -= bytes.length;
      if (unread <= 0) socket.pause();
    });
    const readALittle = setInterval(() => {
      unread = MIB;
      socket.resume();
    }, 100);
    const startedAt = performance.now();
    const [accepted] = await once(server.app.server, "connection");
    await once(accepted as Socket, "close");
    clearInterval(readALittle);
    expect(performance.now() - startedAt).toBeGreaterThan(1_400);
  });

  it("is not taken for one that waits long for it, or asks again", async () => {
    script = async () => {
      await delay(1_700);
      return {};
    };
    const socket = open(post("x"));
    await once(socket, "data");
    await delay(700);
    socket.write(post("x", "Connection: close\r\n"));
    expect(await text(socket)).toMatch(/42\n$/);
  });
});

describe("closing", () => {
  it("answers what is under way, and ends its connection", async () => {
    const running = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    script = async () => {
      running.resolve();
      await release.promise;
      return {};
    };
    const socket = open(post("x"));
    await running.promise;
    const closed = server.app.close();
    release.resolve();
    expect(await text(socket)).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*42\n$/);
    await closed;
  });
});

describe("closing does not wait for a connection", () => {
  it.each([
    ["that never sent anything", ""],
    ["that sent half a head", "POST /lang/python HT"],
    ["that is kept alive", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"],
  ])("%s", async (_what, bytes) => {
    const socket = open(bytes);
    const [first] = await once(server.app.server, "connection");
    if (bytes.endsWith("\r\n\r\n")) await once(socket, "data");
    const ended = once(first as Socket, "close");
    await server.app.close();
    await ended;
  });
});

describe("time-outs", () => {
  it("are set for headers, whole requests and idle connections", () => {
    const { headersTimeout, requestTimeout, keepAliveTimeout } = server.app.server;
    expect({ headersTimeout, requestTimeout, keepAliveTimeout }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
    });
  });
});
