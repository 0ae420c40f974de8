import type { InjectOptions } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../domain/clock.ts";
import { problemSchema } from "../../protocol/problem.ts";
import { createEmbeddedQueue } from "../../queue/embedded/embedded-queue.ts";
import type { NetworkOptions } from "../gateway.ts";
import { type Script, type ScriptedServer, startScriptedServer } from "../scripted-server.test-support.ts";
import type { AccessOptions } from "./access.ts";
import { hashApiKey, makeApiKey } from "./api-key.ts";
import { createKeyRing } from "./key-ring.ts";
import type { ApiKey } from "./keys-file.ts";

const UNLIMITED = { ratePerMinute: null, concurrency: null };

let server: ScriptedServer;

afterEach(async () => {
  await server.close();
});

function start(access: Partial<AccessOptions>, options: { script?: Script; network?: Partial<NetworkOptions> } = {}) {
  const queue = createEmbeddedQueue({ capacity: 100, clock: systemClock });
  server = startScriptedServer({ queue, access, slots: 10, ...options });
}

/** Keys of a new ring, by name. */
function keysFor(need: "always" | "never" | "if-configured", entries: Record<string, Partial<ApiKey>>) {
  const keys = createKeyRing({ need });
  const secrets = Object.fromEntries(Object.keys(entries).map((name) => [name, makeApiKey()]));
  keys.replace(
    Object.entries(entries).map(([name, more]) => ({
      name,
      sha256: hashApiKey(secrets[name] ?? ""),
      createdAt: "2026-01-01T00:00:00Z",
      ...more,
    })),
  );
  return { keys, secrets, as: (name: string) => ({ authorization: `Bearer ${secrets[name]}` }) };
}

function send(options: InjectOptions) {
  return server.app.inject({ ...options, headers: { host: "localhost:8080", ...options.headers } });
}

function execute(headers: Record<string, string> = {}, more: Partial<InjectOptions> = {}) {
  return send({ method: "POST", url: "/lang/python", payload: "x", headers, ...more });
}

describe("without keys", () => {
  it("nobody is asked for one, and none is looked at", async () => {
    start({});
    for (const headers of [{}, { authorization: "Basic dTpw" }, { authorization: "Bearer" }, { "x-api-key": "mr_1" }]) {
      expect((await execute(headers as Record<string, string>)).statusCode).toBe(200);
    }
  });
});

describe("where a key is needed", () => {
  it("serves whoever has one", async () => {
    const { keys, secrets, as } = keysFor("always", { alice: {} });
    start({ keys });
    expect((await execute(as("alice"))).statusCode).toBe(200);
    expect((await execute({ "x-api-key": secrets["alice"] ?? "" })).statusCode).toBe(200);
    expect((await send({ method: "GET", url: "/v1/languages", headers: as("alice") })).statusCode).toBe(200);
    expect(server.logged).toEqual([]);
  });

  it("answers everybody else with 401, as the route answers errors", async () => {
    start({ keys: keysFor("always", { alice: {} }).keys });
    const text = await execute();
    expect(text.statusCode).toBe(401);
    expect(text.headers).toMatchObject({
      "www-authenticate": 'Bearer realm="millrace"',
      "content-type": "text/plain; charset=utf-8",
    });
    expect(text.body).toBe("millrace: unauthorized: An API key is needed; send one as Authorization: Bearer KEY\n");
    const problem = await send({
      method: "POST",
      url: "/v1/executions",
      headers: { authorization: `Bearer ${makeApiKey()}` },
    });
    expect(problem.statusCode).toBe(401);
    expect(problemSchema.parse(problem.json())).toMatchObject({
      code: "unauthorized",
      detail: /^There is no such API key/,
    });
    expect(server.executions).toEqual([]);
  });

  it("says nothing of an address before it knows who asks", async () => {
    start({ keys: keysFor("always", { alice: {} }).keys });
    for (const url of ["/", "/nope", "/v1/executions/exe_1", "/metrics"]) {
      expect((await send({ method: "GET", url })).statusCode).toBe(401);
    }
    expect((await send({ method: "DELETE", url: "/v1/languages" })).statusCode).toBe(401);
  });

  it("leaves health open", async () => {
    start({ keys: keysFor("always", {}).keys });
    for (const url of ["/healthz", "/readyz"]) expect((await send({ method: "GET", url })).statusCode).toBe(200);
    expect((await send({ method: "POST", url: "/readyz" })).statusCode).toBe(405);
  });

  it("does not serve a key that was removed", async () => {
    const { keys, as } = keysFor("if-configured", { alice: {} });
    start({ keys });
    expect((await execute(as("alice"))).statusCode).toBe(200);
    keys.replace([]);
    expect((await execute(as("alice"))).statusCode).toBe(401);
    keys.replace(null);
    expect((await execute()).statusCode).toBe(401);
  });

  it.each([
    ["in the query", { url: `/lang/python?key=KEY&token=KEY&api_key=KEY` }],
    ["twice", { headers: { "x-api-key": ["KEY", "KEY"] } }],
    ["with another scheme", { headers: { authorization: "Token KEY" } }],
    ["without a scheme", { headers: { authorization: "KEY" } }],
    ["between spaces", { headers: { authorization: "Bearer KEY KEY" } }],
    ["beside another", { headers: { authorization: `Bearer ${makeApiKey()}`, "x-api-key": "KEY" } }],
    ["after 10,000 letters", { headers: { authorization: `Bearer ${"x".repeat(10_000)}KEY` } }],
    ["not in ASCII", { headers: { authorization: "Bearer KEYé" } }],
    ["empty", { headers: { authorization: "Bearer " } }],
    ["in a cookie", { headers: { cookie: "authorization=KEY; key=KEY" } }],
  ])("does not take a key %s", async (_what, options) => {
    const { keys, secrets } = keysFor("always", { alice: {} });
    start({ keys });
    const filled = JSON.parse(JSON.stringify(options).replaceAll("KEY", secrets["alice"] ?? "")) as InjectOptions;
    const answer = await execute({}, filled);
    expect(answer.statusCode).toBe(401);
    expect(server.executions).toEqual([]);
    expect(JSON.stringify(server.logged)).not.toContain(secrets["alice"]);
    expect(server.logged).toMatchObject([
      { network: "127.0.0.1", msg: "a request had no valid API key", url: "/lang/python" },
    ]);
  });

  it("answers a network that only guesses with 429, and logs no more of it", async () => {
    const clock = { atMs: 0, nowMs: () => clock.atMs };
    const { keys, as } = keysFor("always", { alice: {} });
    start({ keys, clock });
    const guess = () => execute({ authorization: `Bearer ${makeApiKey()}` });
    for (let turn = 0; turn < 30; turn++) expect((await guess()).statusCode).toBe(401);
    const refused = await guess();
    expect(refused.statusCode).toBe(429);
    expect(refused.headers["retry-after"]).toBe("2");
    expect(refused.body).toMatch(/^millrace: rate_limited: /);
    expect(server.logged).toHaveLength(30);
    // Who has a key may share the network with whoever guesses.
    expect((await execute(as("alice"))).statusCode).toBe(200);
    clock.atMs += 2_000;
    expect((await guess()).statusCode).toBe(401);
  });
});

describe("where anybody may come", () => {
  it("serves without a key, but not with a wrong one", async () => {
    const { keys, as } = keysFor("never", { alice: {} });
    start({ keys });
    expect((await execute()).statusCode).toBe(200);
    expect((await execute(as("alice"))).statusCode).toBe(200);
    expect((await execute({ authorization: "Basic dTpw" })).statusCode).toBe(200);
    expect((await execute({ authorization: `Bearer ${makeApiKey()}` })).statusCode).toBe(401);
  });

  it("shows what is for operators only to whoever has a key", async () => {
    const { keys, as } = keysFor("never", { alice: {} });
    start({ keys, isPublic: true });
    expect((await send({ method: "GET", url: "/metrics" })).statusCode).toBe(401);
    expect((await send({ method: "GET", url: "/metrics", headers: as("alice") })).statusCode).toBe(200);
    expect((await send({ method: "GET", url: "/v1/languages" })).statusCode).toBe(200);
  });

  it("shows it to nobody when there are no keys", async () => {
    start({ keys: createKeyRing({ need: "never" }), isPublic: true });
    expect((await send({ method: "GET", url: "/metrics" })).statusCode).toBe(401);
    expect((await execute()).statusCode).toBe(200);
  });

  it("limits each network", async () => {
    const { keys, as } = keysFor("never", { alice: {} });
    const network = { trustedProxies: ["127.0.0.1"] };
    start({ keys, anonymousLimits: { ratePerMinute: 2, concurrency: null } }, { network });
    const from = (address: string) => execute({ "x-forwarded-for": address });
    expect((await from("2001:db8::1")).statusCode).toBe(200);
    expect((await from("2001:db8::2")).statusCode).toBe(200);
    const refused = await from("2001:db8::3");
    expect(refused.statusCode).toBe(429);
    expect(refused.headers["retry-after"]).toBe("30");
    expect((await from("2001:db8:1::1")).statusCode).toBe(200);
    expect((await execute({ ...as("alice"), "x-forwarded-for": "2001:db8::1" })).statusCode).toBe(200);
    expect((await send({ method: "GET", url: "/healthz" })).statusCode).toBe(200);
  });

  it("does not believe X-Forwarded-For of just anyone", async () => {
    const { keys } = keysFor("never", {});
    start(
      { keys, anonymousLimits: { ratePerMinute: 1, concurrency: null } },
      { network: { trustedProxies: ["10.0.0.0/8"] } },
    );
    const from = (address: string) => execute({ "x-forwarded-for": address });
    expect((await from("192.0.2.1")).statusCode).toBe(200);
    expect((await from("192.0.2.2")).statusCode).toBe(429);
  });
});

describe("limits of a key", () => {
  it("bound its requests within a minute, each key's for itself", async () => {
    const clock = { atMs: 0, nowMs: () => clock.atMs };
    const { keys, as } = keysFor("always", { alice: { ratePerMinute: 3 }, bob: {}, carol: {} });
    start({ keys, clock, keyLimits: { ratePerMinute: 1, concurrency: null } });
    const statuses = async (name: string, count: number) => {
      const answers = await Promise.all(Array.from({ length: count }, () => execute(as(name))));
      return answers.map(({ statusCode }) => statusCode);
    };
    expect(await statuses("alice", 4)).toEqual([200, 200, 200, 429]);
    expect(await statuses("bob", 2)).toEqual([200, 429]);
    expect(await statuses("carol", 1)).toEqual([200]);
    const refused = await send({ method: "GET", url: "/v1/languages", headers: as("alice") });
    expect(refused.statusCode).toBe(429);
    expect(refused.headers["retry-after"]).toBe("20");
    expect(problemSchema.parse(refused.json())).toMatchObject({
      code: "rate_limited",
      detail: "More than 3 requests within a minute",
    });
    clock.atMs += 20_000;
    expect(await statuses("alice", 2)).toEqual([200, 429]);
  });

  it("bound its executions under way, and nothing else", async () => {
    const release = Promise.withResolvers<void>();
    const { keys, as } = keysFor("always", { alice: { concurrency: 2 }, bob: {} });
    const script: Script = async () => {
      await release.promise;
      return {};
    };
    start({ keys, keyLimits: UNLIMITED }, { script });
    const running = [execute(as("alice")), execute(as("alice"))];
    await expect.poll(() => server.executions.length).toBe(2);
    const refused = await execute(as("alice"));
    expect(refused.statusCode).toBe(429);
    expect(refused.headers["retry-after"]).toBe("1");
    expect(refused.body).toBe("millrace: rate_limited: More than 2 executions under way at once\n");
    expect((await send({ method: "GET", url: "/v1/languages", headers: as("alice") })).statusCode).toBe(200);
    running.push(execute(as("bob")));
    release.resolve();
    expect((await Promise.all(running)).map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect((await execute(as("alice"))).statusCode).toBe(200);
  });

  it("do not count what was refused", async () => {
    const { keys, as } = keysFor("always", { alice: { concurrency: 1 } });
    start({ keys });
    for (const url of ["/lang/pyton", "/lang/python?x=1", "/lang/python"]) {
      expect((await execute(as("alice"), { url })).statusCode).not.toBe(429);
    }
  });
});
