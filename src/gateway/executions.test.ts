import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import type { InjectOptions } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../domain/clock.ts";
import { EngineError } from "../domain/errors.ts";
import { MOST_STARTS } from "../domain/execution-state.ts";
import { SAMPLE_NODE, sampleExecution } from "../domain/sample-execution.test-support.ts";
import { executionStateSchema, pendingExecutionSchema } from "../protocol/execution-response.ts";
import { createEmbeddedQueue } from "../queue/embedded/embedded-queue.ts";
import { createScratchStore } from "../store/embedded/scratch-store.test-support.ts";
import type { Store } from "../store/store.ts";
import { acceptanceOf } from "../store/store-conformance.test-support.ts";
import type { AccessOptions } from "./access/access.ts";
import { hashApiKey, makeApiKey } from "./access/api-key.ts";
import { createKeyRing } from "./access/key-ring.ts";
import { type Script, type ScriptedServer, startScriptedServer } from "./scripted-server.test-support.ts";

let server: ScriptedServer;
let store: Store;
let script: Script;
/** Ends the executions of a script that holds them. */
let release: () => void;
let skippedMs: number;

const clock: Clock = { nowMs: () => systemClock.nowMs() + skippedMs };

const hold: Script = async (_execution, cancelled) => {
  const ended = Promise.withResolvers<void>();
  const before = release;
  release = () => [before(), ended.resolve()];
  cancelled.addEventListener("abort", () => ended.resolve());
  await ended.promise;
  return cancelled.aborted ? { status: "cancelled", run: null } : {};
};

function start(access: Partial<AccessOptions> = {}) {
  const queue = createEmbeddedQueue({ capacity: 3, clock });
  store = createScratchStore(clock);
  server = startScriptedServer({
    queue,
    store,
    script: (execution, cancelled) => script(execution, cancelled),
    access,
  });
}

beforeEach(() => {
  script = () => ({});
  release = () => undefined;
  skippedMs = 0;
  start();
});

afterEach(async () => {
  release();
  await server.close();
});

function request(options: InjectOptions) {
  return server.app.inject({ ...options, headers: { host: "localhost:8080", ...options.headers } });
}

const python = { language: "python", code: "print(42)" };

function post(body: object = python, headers: Record<string, string> = {}) {
  return request({
    method: "POST",
    url: "/v1/executions",
    headers: { "content-type": "application/json", ...headers },
    payload: JSON.stringify(body),
  });
}

const get = (id: string, query = "", headers: Record<string, string> = {}) =>
  request({ method: "GET", url: `/v1/executions/${id}${query}`, headers });
const cancel = (id: string, headers: Record<string, string> = {}) =>
  request({ method: "DELETE", url: `/v1/executions/${id}`, headers });

async function submit(body: object = {}, headers: Record<string, string> = {}): Promise<string> {
  const answer = await post({ ...python, wait: false, ...body }, headers);
  expect(answer.statusCode).toBe(202);
  return answer.json().id;
}

describe("POST that does not wait", () => {
  it("answers 202 with where to ask, and later there is the result", async () => {
    script = hold;
    const answer = await post({ ...python, wait: false });
    expect(answer.statusCode).toBe(202);
    const { id } = pendingExecutionSchema.parse(answer.json());
    expect(answer.headers.location).toBe(`/v1/executions/${id}`);
    await expect.poll(async () => (await get(id)).json()).toMatchObject({ state: "running", node: "node_1" });
    const running = pendingExecutionSchema.parse((await get(id)).json());
    release();
    const done = executionStateSchema.parse((await get(id, "?wait=10s")).json());
    expect(Object.keys(done).toSorted()).toEqual(Object.keys(running).toSorted());
  });

  it("keeps what it waits for: the result is that of POST", async () => {
    const id = await submit();
    const done = await get(id, "?wait=10s");
    expect(done.statusCode).toBe(200);
    expect(done.headers["content-type"]).toBe("application/json; charset=utf-8");
    const result = executionStateSchema.parse(done.json());
    expect(result).toMatchObject({ id, state: "done", status: "ok", run: { stdout: "42\n" } });
    expect({ ...(await post()).json(), id }).toEqual(result);
    expect(server.executionLines).toHaveLength(2);
  });

  it.each(["respond-async", "wait=5, respond-async", "respond-async; foo"])("so asks Prefer: %s", async (prefer) => {
    const answer = await post(python, { prefer });
    expect(answer.statusCode).toBe(202);
    expect(answer.headers["preference-applied"]).toBe("respond-async");
    expect((await post({ ...python, wait: true }, { prefer })).statusCode).toBe(200);
  });

  it("is refused when the queue is full, and leaves nothing", async () => {
    script = hold;
    const ids: string[] = [];
    for (let count = 0; count < 4; count += 1) ids.push(await submit());
    const refused = await post({ ...python, wait: false }, { "idempotency-key": "1" });
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThanOrEqual(1);
    await cancel(ids[1] as string);
    const accepted = await post({ ...python, wait: false }, { "idempotency-key": "1" });
    expect(accepted.statusCode).toBe(202);
  });

  it("counts against what its client may have under way, until it is done", async () => {
    await server.close();
    start({ anonymousLimits: { ratePerMinute: null, concurrency: 2 } });
    script = hold;
    await submit();
    const second = await submit();
    expect((await post({ ...python, wait: false })).json()).toMatchObject({ code: "rate_limited" });
    await cancel(second);
    await submit();
  });
});

describe("GET /v1/executions/{id}", () => {
  it("waits only as long as it is told", async () => {
    script = hold;
    const id = await submit();
    const startedMs = performance.now();
    expect((await get(id, "?wait=100ms")).json()).toMatchObject({ state: "running" });
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(99);
    const waiting = get(id, "?wait=60s");
    release();
    expect((await waiting).json()).toMatchObject({ state: "done", status: "ok" });
  });

  it.each(["wait=1", "wait=", "wait=-1s", "wait=61s", "wait=100000ms", "wait=1e3s", "wait=1s&wait=2s"])(
    "refuses ?%s",
    async (query) => {
      const answer = await get(await submit(), `?${query}`);
      expect([answer.statusCode, answer.json().code]).toEqual([422, "invalid_field"]);
    },
  );

  it("refuses other parameters and methods", async () => {
    const id = await submit();
    expect((await get(id, "?stdin=1")).json()).toMatchObject({ code: "unknown_field" });
    const put = await request({ method: "PUT", url: `/v1/executions/${id}` });
    expect([put.statusCode, put.headers.allow]).toEqual([405, "GET, HEAD, DELETE"]);
  });

  it.each([`exe_${"0".repeat(32)}`, "exe_1", "x", "%00", `exe_${"0".repeat(31)}G`])("404: %s", async (id) => {
    for (const answer of [await get(id), await cancel(id)]) {
      expect([answer.statusCode, answer.json().code]).toEqual([404, "not_found"]);
    }
  });

  it.each(["GET", "DELETE", "PUT", "HEAD"] as const)("is not at the address without an id: %s", async (method) => {
    expect((await request({ method, url: "/v1/executions/" })).statusCode).toBe(404);
  });

  it("does not know what was answered to who waited", async () => {
    const { id } = (await post()).json();
    expect((await get(id)).statusCode).toBe(404);
  });

  it("is 410 when the result is no longer kept", async () => {
    const id = await submit();
    await get(id, "?wait=10s");
    skippedMs = 3_600_001;
    for (const answer of [await get(id), await get(id, "?wait=1s"), await cancel(id)]) {
      expect([answer.statusCode, answer.json().code]).toEqual([410, "expired"]);
    }
  });

  it("does not hold up a gateway that closes", async () => {
    script = hold;
    const id = await submit();
    const waiting = get(id, "?wait=60s");
    await expect.poll(() => server.executions.length).toBe(1);
    const closed = server.app.close();
    expect((await waiting).json()).toMatchObject({ state: "running" });
    await closed;
  });
});

describe("DELETE /v1/executions/{id}", () => {
  it("cancels one that waits: it never runs", async () => {
    script = hold;
    await submit();
    const id = await submit();
    const answer = await cancel(id);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ id, state: "done", status: "cancelled", run: null, node: null });
    script = () => ({});
    release();
    expect((await post()).statusCode).toBe(200);
    expect(server.executions.map((execution) => execution.id)).not.toContain(id);
    expect(server.executionLines).toMatchObject([{ id, status: "cancelled", started: false }, {}, {}]);
  });

  it("cancels one that runs, and what is done stays as it is", async () => {
    script = hold;
    const id = await submit();
    await expect.poll(() => server.executions.length).toBe(1);
    const answer = await cancel(id);
    expect(answer.json()).toMatchObject({ id, state: "done", status: "cancelled", node: "node_1" });
    expect((await cancel(id)).json()).toEqual(answer.json());
    script = () => ({});
    const done = await submit();
    await get(done, "?wait=10s");
    expect((await cancel(done)).json()).toMatchObject({ state: "done", status: "ok" });
  });
});

describe("priority", () => {
  it("decides who is next", async () => {
    script = hold;
    await submit();
    await expect.poll(() => server.executions.length).toBe(1);
    await submit({ args: ["low"], priority: "low" });
    await submit({ args: ["normal"] });
    const last = await submit({ args: ["high"], priority: "high" });
    script = () => ({});
    release();
    await get(last, "?wait=10s");
    await expect.poll(() => server.executions.length).toBe(4);
    expect(server.executions.slice(1).map(({ args }) => args[0])).toEqual(["high", "normal", "low"]);
  });
});

describe("Idempotency-Key", () => {
  const key = { "idempotency-key": "order-1" };

  it("makes a retry the same execution, whether it waits or not", async () => {
    const id = await submit({}, key);
    expect(await submit({}, key)).toBe(id);
    const body = { ...python, wait: true };
    const first = await post(body, { "idempotency-key": "2" });
    const second = await post(body, { "idempotency-key": "2" });
    expect(first.statusCode).toBe(200);
    expect(second.json()).toEqual(first.json());
    expect(server.executions).toHaveLength(2);
    const other = await post({ ...python, code: "print(43)" }, { "idempotency-key": "2" });
    expect([other.statusCode, other.json().code]).toEqual([409, "idempotency_conflict"]);
  });

  it("of two at once one runs, and both get its result", async () => {
    script = hold;
    const answers = [post(python, key), post(python, key)];
    await expect.poll(() => server.executions.length).toBe(1);
    release();
    const [first, second] = await Promise.all(answers);
    expect(second?.json()).toEqual(first?.json());
    expect(server.executions).toHaveLength(1);
  });

  it("holds for POST /lang, too", async () => {
    const text = () => request({ method: "POST", url: "/lang/python?arg=1", payload: "x", headers: key });
    expect([(await text()).body, (await text()).body]).toEqual(["42\n", "42\n"]);
    expect(server.executions).toHaveLength(1);
    const other = await request({ method: "POST", url: "/lang/python?arg=2", payload: "x", headers: key });
    expect([other.statusCode, other.body]).toEqual([409, expect.stringContaining("idempotency_conflict")]);
  });

  it("a request that waits for another one is refused with it", async () => {
    const put = Promise.withResolvers<void>();
    await server.close();
    const queue = createEmbeddedQueue({ capacity: 1, clock });
    store = createScratchStore(clock);
    const refusing = {
      ...queue,
      put: async () => {
        await put.promise;
        throw new EngineError("queue_full", "full", { retryAfterSeconds: 1 });
      },
    };
    server = startScriptedServer({ queue: refusing, store });
    const answers = [post(python, key), post(python, key)];
    await expect.poll(async () => (await Array.fromAsync(store.unfinished())).length).toBe(1);
    put.resolve();
    for (const answer of await Promise.all(answers))
      expect([answer.statusCode, answer.json().code]).toEqual([429, "queue_full"]);
  });

  it("keeps what a client that hung up may come back for", async () => {
    script = hold;
    await server.app.listen({ host: "127.0.0.1", port: 0 });
    const socket = connect((server.app.server.address() as AddressInfo).port, "127.0.0.1");
    const body = JSON.stringify(python);
    socket.write(
      `POST /v1/executions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nIdempotency-Key: order-1\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await expect.poll(() => server.executions.length).toBe(1);
    socket.destroy();
    await once(socket, "close");
    const again = post(python, key);
    release();
    expect((await again).json()).toMatchObject({ status: "ok" });
    expect(server.executions).toHaveLength(1);
  });

  it.each(["", " ", "a b", "é", "x".repeat(256)])("refuses %j", async (value) => {
    const answer = await post(python, { "idempotency-key": value });
    expect([answer.statusCode, answer.json().code]).toEqual([422, "invalid_field"]);
  });
});

describe("a web hook", () => {
  const webhook = { url: "https://example.org/hook", secret: "0123456789abcdef" };

  it("has the result kept, also of one whose client waits", async () => {
    const { id } = (await post({ ...python, webhook })).json();
    expect((await get(id)).json()).toMatchObject({ state: "done", status: "ok" });
  });

  it("is refused where it may not go", async () => {
    const answer = await post({ ...python, webhook: { ...webhook, url: "http://example.org/" } });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: "invalid_field", errors: [{ path: "/webhook/url" }] });
  });
});

describe("a job that ended its workers", () => {
  it("is listed, and may be tried again as another execution", async () => {
    expect((await request({ method: "GET", url: "/v1/jobs/dead" })).json()).toEqual({ jobs: [] });
    const dead = sampleExecution("", { args: ["again"] });
    await store.accept(acceptanceOf(dead, { submitter: { client: null, address: null }, acceptedAtMs: 0 }));
    for (let count = 0; count <= MOST_STARTS; count += 1) await store.start(acceptanceOf(dead), SAMPLE_NODE);

    expect((await request({ method: "GET", url: "/v1/jobs/dead" })).json()).toEqual({
      jobs: [
        { id: dead.id, language: "python", version: "3.11.2", acceptedAt: "1970-01-01T00:00:00.000Z", client: null },
      ],
    });
    const answer = await request({ method: "POST", url: `/v1/jobs/dead/${dead.id}/retry` });
    expect(answer.statusCode).toBe(202);
    const { id } = answer.json();
    expect(id).not.toBe(dead.id);
    expect((await get(id, "?wait=10s")).json()).toMatchObject({ state: "done", status: "ok" });
    expect(server.executions.at(-1)).toMatchObject({ id, args: ["again"] });
    expect((await get(dead.id)).json()).toMatchObject({ status: "internal_error", run: null, node: null });
  });

  it("is nobody else's, and 404 when it is not dead", async () => {
    const other = sampleExecution();
    await store.accept(acceptanceOf(other, { submitter: { client: "other", address: null } }));
    for (let count = 0; count <= MOST_STARTS; count += 1) await store.start(acceptanceOf(other), SAMPLE_NODE);
    expect((await request({ method: "GET", url: "/v1/jobs/dead" })).json()).toEqual({ jobs: [] });
    for (const id of [other.id, await submit(), "x"]) {
      expect((await request({ method: "POST", url: `/v1/jobs/dead/${id}/retry` })).statusCode).toBe(404);
    }
  });
});

describe("with API keys", () => {
  it("an execution is its maker's alone, and so is an idempotency key", async () => {
    await server.close();
    const keys = createKeyRing({ need: "always" });
    const secrets = { alice: makeApiKey(), bob: makeApiKey() };
    const entries = Object.entries(secrets).map(([name, secret]) => ({ name, sha256: hashApiKey(secret) }));
    keys.replace(entries.map((entry) => ({ ...entry, createdAt: "2026-01-01T00:00:00Z" })));
    start({ keys });
    const as = (name: keyof typeof secrets) => ({ authorization: `Bearer ${secrets[name]}` });

    const id = await submit({}, { ...as("alice"), "idempotency-key": "1" });
    expect((await get(id, "?wait=10s", as("alice"))).json()).toMatchObject({ state: "done" });
    expect((await get(id, "", as("bob"))).statusCode).toBe(404);
    expect((await cancel(id, as("bob"))).statusCode).toBe(404);
    const other = await submit({ code: "another" }, { ...as("bob"), "idempotency-key": "1" });
    expect(other).not.toBe(id);
  });
});
