import type { InjectOptions } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../domain/clock.ts";
import { createEmbeddedQueue } from "../../queue/embedded/embedded-queue.ts";
import { type ScriptedServer, startScriptedServer } from "../scripted-server.test-support.ts";
import type { AccessOptions } from "./access.ts";
import { hashApiKey, makeApiKey } from "./api-key.ts";
import { createKeyRing } from "./key-ring.ts";

const KEY = makeApiKey();
const DOCS = "https://docs.example";

let server: ScriptedServer;

afterEach(async () => {
  await server.close();
});

function start(access: Partial<AccessOptions> = {}) {
  const keys = createKeyRing({ need: "never" });
  keys.replace([{ name: "alice", sha256: hashApiKey(KEY), createdAt: "2026-01-01T00:00:00Z" }]);
  const queue = createEmbeddedQueue({ capacity: 100, clock: systemClock });
  server = startScriptedServer({
    queue,
    access: { keys, allowedOrigins: [DOCS], allowedHosts: ["code.example"], ...access },
  });
}

function send(headers: Record<string, string>, options: Partial<InjectOptions> = {}) {
  return server.app.inject({ method: "POST", url: "/lang/python", payload: "x", headers, ...options });
}

describe("a host", () => {
  it.each([
    "localhost",
    "LOCALHOST:8080",
    "127.0.0.1:8080",
    "[::1]:8080",
    "10.0.0.5:8080",
    "[2001:db8::1]",
    "code.example",
    "Code.Example:443",
  ])("is ours: %s", async (host) => {
    start();
    expect((await send({ host })).statusCode).toBe(200);
    expect((await send({ host, origin: `https://${host.toLowerCase()}` })).statusCode).toBe(200);
  });

  it.each([
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "10.0.0.5.evil.example",
    "x.code.example",
    "code.example.",
    "[evil.example]",
    "localhost:8080:8080",
    "localhost:x",
    "user@localhost",
  ])("is not ours: %j", async (host) => {
    start();
    const answer = await send({ host });
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toMatch(/^millrace: forbidden_origin: The host /);
    // As the page has it that was loaded from that name.
    expect((await send({ host, origin: `http://${host}` })).statusCode).toBe(403);
    expect(server.executions).toEqual([]);
  });

  it("may be any for whoever has a key", async () => {
    start();
    expect((await send({ host: "millrace.internal:8080", authorization: `Bearer ${KEY}` })).statusCode).toBe(200);
  });

  it("may be any for probes", async () => {
    start();
    const answer = await send({ host: "millrace.internal" }, { method: "GET", url: "/healthz" });
    expect(answer.statusCode).toBe(200);
  });
});

describe("a page", () => {
  it.each([
    "https://evil.example",
    "null",
    "http://localhost:3000",
    "http://docs.example",
    "https://docs.example:444",
    "https://docs.example.evil.example",
    "file://",
  ])("of %s is refused, with and without a key", async (origin) => {
    start();
    for (const more of [{}, { authorization: `Bearer ${KEY}` }]) {
      const answer = await send({ host: "localhost:8080", origin, ...more } as Record<string, string>);
      expect(answer.statusCode).toBe(403);
      expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
    }
    const preflight = await send(
      { host: "localhost:8080", origin, "access-control-request-method": "POST" },
      { method: "OPTIONS", payload: "" },
    );
    expect(preflight.statusCode).toBe(403);
    expect(server.executions).toEqual([]);
  });

  it("of an allowed origin may send what others may, and read the answer", async () => {
    start();
    const answer = await send({ host: "localhost:8080", origin: DOCS });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": DOCS,
      "access-control-expose-headers": "*",
      vary: "Origin",
    });
    expect(answer.headers).not.toHaveProperty("access-control-allow-credentials");
  });

  it("of an allowed origin may read its errors too", async () => {
    start({ keys: createKeyRing({ need: "always" }) });
    const answer = await send({ host: "localhost:8080", origin: DOCS });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers["access-control-allow-origin"]).toBe(DOCS);
  });

  it("of an allowed origin may ask before it sends, without a key", async () => {
    start({ keys: createKeyRing({ need: "always" }) });
    const headers = { host: "code.example", origin: DOCS, "access-control-request-method": "POST" };
    const answer = await send(headers, { method: "OPTIONS", url: "/v1/executions", payload: "" });
    expect(answer.statusCode).toBe(204);
    expect(answer.body).toBe("");
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": DOCS,
      "access-control-allow-methods": "GET, POST, DELETE",
      "access-control-allow-headers": "authorization, content-type, idempotency-key, prefer, x-api-key",
      "access-control-max-age": "600",
    });
  });

  it("of an allowed origin cannot use a name that was made to lead here", async () => {
    start();
    expect((await send({ host: "evil.example", origin: DOCS })).statusCode).toBe(403);
  });
});
