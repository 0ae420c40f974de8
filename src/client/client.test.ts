import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Client, createClient } from "./client.ts";

const RUN = {
  status: "ok",
  exitCode: 0,
  signal: null,
  stdout: "42\n",
  stderr: "",
  stdoutEncoding: "utf8",
  stderrEncoding: "utf8",
  stdoutTruncated: false,
  stderrTruncated: false,
  cpuMs: 1.5,
  wallMs: 2,
  memoryBytes: 4096,
  cached: false,
  warm: false,
  message: null,
};
const EXECUTION = {
  id: "exe_1",
  state: "done",
  status: "ok",
  language: "python",
  version: "3.11.2",
  compile: null,
  run: RUN,
  tests: null,
  files: [],
  queuedMs: 0,
  totalMs: 3,
  node: "node_1",
  isolation: "full",
};
const PROBLEM = {
  type: "urn:x",
  title: "Title",
  status: 422,
  code: "invalid_field",
  detail: "/args is wrong",
  errors: [],
};

let server: Server;
let client: Client;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  client = createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, key: "secret" });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function answers(status: number, content: unknown, headers: Record<string, string> = {}): void {
  answer = (_request, response) => {
    response.writeHead(status, headers).end(typeof content === "string" ? content : JSON.stringify(content));
  };
}

const execute = () => client.execute({ language: "python", code: "print(42)" });

it("sends the request and its key, and returns the execution", async () => {
  const asked = Promise.withResolvers<unknown>();
  answer = async (request, response) => {
    asked.resolve({ ...pick(request), body: await json(request) });
    response.end(JSON.stringify(EXECUTION));
  };
  expect(await execute()).toEqual(EXECUTION);
  expect(await asked.promise).toEqual({
    method: "POST",
    url: "/v1/executions",
    authorization: "Bearer secret",
    type: "application/json",
    body: { language: "python", code: "print(42)" },
  });
});

function pick({ method, url, headers }: IncomingMessage) {
  return { method, url, authorization: headers.authorization, type: headers["content-type"] };
}

it("passes over what a newer server says", async () => {
  answers(200, { ...EXECUTION, mood: "good", run: { ...RUN, watts: 3 } });
  expect(await execute()).toEqual(EXECUTION);
});

it("lists languages", async () => {
  const limits = {
    cpuMs: 1,
    wallMs: 1,
    memoryBytes: 1,
    outputBytes: 1,
    processes: 1,
    diskBytes: 1,
    openFiles: 1,
    fileBytes: 1,
  };
  const names = { id: "c", name: "C", aliases: [], extensions: [".c"], mainFile: "main.c", hello: "..." };
  const entry = {
    ...names,
    available: false,
    versions: [],
    limits,
    compileLimits: null,
    install: "apt",
    warm: false,
    warmProcesses: 0,
    warmMemoryBytes: 0,
  };
  answers(200, { languages: [entry] });
  expect(await client.languages()).toEqual([entry]);
});

it("throws the server's errors as its own: code, fields, when to come again", async () => {
  answers(422, { ...PROBLEM, errors: [{ path: "/args", message: "is wrong" }] });
  await expect(execute()).rejects.toMatchObject({
    name: "EngineError",
    code: "invalid_field",
    message: "/args is wrong",
    fields: [{ path: "/args", message: "is wrong" }],
    retryAfterSeconds: null,
  });
  answers(429, { ...PROBLEM, code: "queue_full" }, { "retry-after": "7" });
  await expect(execute()).rejects.toMatchObject({ code: "queue_full", retryAfterSeconds: 7 });
});

it.each<[string, number, unknown, RegExp]>([
  ["an error that it does not know", 418, { ...PROBLEM, code: "teapot", detail: "short and stout" }, /teapot: short/],
  ["a page of a proxy", 502, "<h1>Bad gateway</h1>", /answers 502, and not as Millrace does/],
  ["a page instead of a result", 200, "<h1>Welcome</h1>", /v1\/executions does not answer as Millrace does/],
  ["half an execution", 200, { id: "exe_1" }, /does not answer as Millrace does/],
])("says so when it is answered with %s", async (_what, status, content, message) => {
  answers(status, content);
  await expect(execute()).rejects.toMatchObject({ name: "UnreachableError", message: expect.stringMatching(message) });
});

it("says so when the connection breaks", async () => {
  answer = (request) => request.socket.destroy();
  await expect(execute()).rejects.toMatchObject({
    name: "UnreachableError",
    message: expect.stringMatching(/^http:.*does not answer: /),
  });
});

it("says so when nobody listens", async () => {
  server.close();
  await expect(execute()).rejects.toMatchObject({ message: expect.stringMatching(/does not answer: .*ECONNREFUSED/) });
});

it("hangs up and rejects with the reason of an aborted signal", async () => {
  const abort = new AbortController();
  const hungUp = Promise.withResolvers<void>();
  answer = (request) => {
    request.socket.once("close", () => hungUp.resolve());
    abort.abort(new Error("enough"));
  };
  const { signal } = abort;
  await expect(client.execute({ language: "python", code: "" }, { signal })).rejects.toThrow("enough");
  await hungUp.promise;
});

it("submits, asks and cancels without waiting for the end", async () => {
  const pending = { ...EXECUTION, state: "queued", status: null, run: null, queuedMs: null, totalMs: null };
  const standing = { ...pending, node: null, isolation: null };
  const asked: string[] = [];
  answer = async (request, response) => {
    const key = request.headers["idempotency-key"] ?? "";
    const said = request.method === "POST" ? JSON.stringify(await json(request)) : "";
    asked.push(`${request.method} ${request.url} ${key} ${said}`);
    response.writeHead(request.method === "POST" ? 202 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(request.method === "DELETE" ? { ...EXECUTION, later: 1 } : { ...standing, later: 1 }));
  };
  expect(await client.submit({ language: "python", code: "1" }, { idempotencyKey: "k" })).toEqual(standing);
  expect(await client.get("exe_1", { waitMs: 1_500 })).toEqual(standing);
  expect(await client.cancel("exe_1")).toEqual(EXECUTION);
  expect(asked).toEqual([
    'POST /v1/executions k {"language":"python","code":"1","wait":false}',
    "GET /v1/executions/exe_1?wait=1500ms  ",
    "DELETE /v1/executions/exe_1  ",
  ]);
});

it("lists dead jobs, and has one run again", async () => {
  const job = { id: "exe_1", language: "c", version: "12", acceptedAt: "2026-01-01T00:00:00.000Z", client: "ci" };
  const asked: string[] = [];
  answer = (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(request.method === "POST" ? 202 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(request.method === "POST" ? EXECUTION : { jobs: [{ ...job, later: 1 }] }));
  };
  expect(await client.deadJobs()).toEqual([job]);
  expect(await client.retry("exe_1")).toEqual(EXECUTION);
  expect(asked).toEqual(["GET /v1/jobs/dead", "POST /v1/jobs/dead/exe_1/retry"]);
});
