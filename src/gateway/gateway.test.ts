import type { InjectOptions } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../domain/clock.ts";
import { EngineError } from "../domain/errors.ts";
import { DEFAULT_COMPILE_LIMITS, DEFAULT_RUN_LIMITS } from "../domain/limits.ts";
import { SAMPLE_RUN } from "../domain/sample-execution.test-support.ts";
import { executionResponseSchema } from "../protocol/execution-response.ts";
import { problemSchema } from "../protocol/problem.ts";
import { createEmbeddedQueue } from "../queue/embedded/embedded-queue.ts";
import { type Script, type ScriptedServer, startScriptedServer } from "./scripted-server.test-support.ts";

let server: ScriptedServer;
let script: Script;

beforeEach(() => {
  script = () => ({});
  const queue = createEmbeddedQueue({ capacity: 10, clock: systemClock });
  server = startScriptedServer({ queue, script: (execution, cancelled) => script(execution, cancelled) });
});

afterEach(async () => {
  await server.close();
});

const local = { host: "localhost:8080" };

function request(options: InjectOptions) {
  return server.app.inject({ ...options, headers: { ...local, ...options.headers } });
}

function postJson(body: unknown, headers: Record<string, string> = {}) {
  return request({
    method: "POST",
    url: "/v1/executions",
    headers: { "content-type": "application/json", ...headers },
    payload: typeof body === "string" || body instanceof Buffer ? body : JSON.stringify(body),
  });
}

function postText(url: string, payload: string | Buffer = "x", headers: Record<string, string> = {}) {
  return request({
    method: "POST",
    url,
    payload,
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
  });
}

describe("POST /v1/executions", () => {
  it("gives the worker a complete execution, and the client the worker's result", async () => {
    const answer = await postJson({
      language: "PY",
      version: "3.9",
      code: "print(1)",
      stdin: "é",
      args: ["a"],
      env: { A: "1" },
      limits: { cpuMs: 5 },
      compileLimits: { wallMs: 6 },
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(executionResponseSchema.parse(answer.json())).toMatchObject({
      status: "ok",
      version: "3.9.1",
      run: { stdout: "42\n", cpuMs: 1.235 },
    });
    expect(server.executions).toEqual([
      {
        id: answer.json().id,
        language: "python",
        version: "3.9.1",
        files: [{ path: "main.py", content: Buffer.from("print(1)") }],
        stdin: Buffer.from("é"),
        args: ["a"],
        env: { A: "1" },
        compileArgs: [],
        limits: { ...DEFAULT_RUN_LIMITS, openFiles: 300, cpuMs: 5 },
        compileLimits: { ...DEFAULT_COMPILE_LIMITS, wallMs: 6 },
        priority: "normal",
      },
    ]);
  });

  it("passes arguments on to a compiler, and refuses them where there is none", async () => {
    const compileArgs = ["-g"];
    expect((await postJson({ language: "java", code: "class A {}", compileArgs })).statusCode).toBe(200);
    expect(server.executions[0]?.compileArgs).toEqual(compileArgs);
    const refused = await postJson({ language: "python", code: "1", compileArgs });
    expect(refused.json()).toMatchObject({ code: "invalid_field", errors: [{ path: "/compileArgs" }] });
    expect(server.executions).toHaveLength(1);
  });

  it("decodes files, and keeps their names and order", async () => {
    await postJson({
      language: "java",
      files: [
        { path: "b/Any.java", content: "YQ==", encoding: "base64" },
        { path: "a", content: "é" },
      ],
    });
    expect(server.executions[0]?.files).toEqual([
      { path: "b/Any.java", content: Buffer.from("a") },
      { path: "a", content: Buffer.from("é") },
    ]);
  });

  it("names the main file as its text asks", async () => {
    await postJson({ language: "java", code: "public class Shape {}" });
    await postText("/lang/java", "public class Circle {}");
    expect(server.executions.map(({ files }) => files[0]?.path)).toEqual(["Shape.java", "Circle.java"]);
  });

  it("answers 200 for a program that failed", async () => {
    script = () => ({
      status: "runtime_error",
      run: { ...SAMPLE_RUN, status: "runtime_error", exit: { kind: "signal", signal: "SIGSEGV" } },
    });
    const answer = await postJson({ language: "python", code: "x" });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ status: "runtime_error", run: { exitCode: null, signal: "SIGSEGV" } });
  });

  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    'Application/JSON; charset="utf-8"',
  ])("takes the content type %s", async (type) => {
    expect((await postJson({ language: "python", code: "x" }, { "content-type": type })).statusCode).toBe(200);
  });

  it.each<[what: string, send: () => ReturnType<typeof request>, status: number, code: string]>([
    ["text", () => postJson("x", { "content-type": "text/plain" }), 415, "unsupported_media_type"],
    [
      "a form",
      () => postJson("x", { "content-type": "application/x-www-form-urlencoded" }),
      415,
      "unsupported_media_type",
    ],
    [
      "JSON in Latin-1",
      () => postJson("{}", { "content-type": "application/json; charset=latin1" }),
      415,
      "unsupported_media_type",
    ],
    ["a type that is no type", () => postJson("{}", { "content-type": "json" }), 415, "unsupported_media_type"],
    ["no type", () => request({ method: "POST", url: "/v1/executions" }), 415, "unsupported_media_type"],
    ["a compressed body", () => postJson("{}", { "content-encoding": "gzip" }), 415, "unsupported_media_type"],
    ["no body", () => postJson(""), 400, "malformed_json"],
    ["half a body", () => postJson('{"language"'), 400, "malformed_json"],
    ["bytes that are not UTF-8", () => postJson(Buffer.from([0x7b, 0xff])), 400, "not_utf8"],
    ["a body of 40 MiB and one byte", () => postJson(Buffer.alloc(40 * 1024 * 1024 + 1, " ")), 413, "too_large"],
    [
      "code of 1 MiB and one byte",
      () => postJson({ language: "c", code: "x".repeat(1024 * 1024 + 1) }),
      413,
      "too_large",
    ],
    ["an unknown language", () => postJson({ language: "pyton", code: "x" }), 404, "unknown_language"],
    ["a language that is not installed", () => postJson({ language: "c", code: "x" }), 404, "unknown_language"],
    ["__proto__ as a language", () => postJson({ language: "__proto__", code: "x" }), 404, "unknown_language"],
    [
      "a version that nothing fits",
      () => postJson({ language: "python", version: "2", code: "x" }),
      422,
      "invalid_field",
    ],
    [
      "a version that is no range",
      () => postJson({ language: "python", version: "new", code: "x" }),
      422,
      "invalid_field",
    ],
    ["an unknown field", () => postJson({ language: "python", source: "x" }), 422, "unknown_field"],
    [
      "a limit above its maximum",
      () => postJson({ language: "python", code: "x", limits: { cpuMs: 60_001 } }),
      422,
      "limit_above_maximum",
    ],
    ["tests", () => postJson({ language: "python", code: "x", tests: [] }), 422, "not_supported_yet"],
    [
      "a query",
      () =>
        request({
          method: "POST",
          url: "/v1/executions?wait=false",
          headers: { "content-type": "application/json" },
          payload: "{}",
        }),
      422,
      "unknown_field",
    ],
    ["a page of another origin", () => postJson({}, { origin: "https://evil.example" }), 403, "forbidden_origin"],
    ["a page without an origin", () => postJson({}, { origin: "null" }), 403, "forbidden_origin"],
    ["a page of another port", () => postJson({}, { origin: "http://localhost:3000" }), 403, "forbidden_origin"],
    ["a rebound name", () => postJson({}, { host: "evil.example:8080" }), 403, "forbidden_origin"],
    [
      "a name that starts like loopback",
      () => postJson({}, { host: "localhost.evil.example" }),
      403,
      "forbidden_origin",
    ],
    [
      "an address that starts like loopback",
      () => postJson({}, { host: "127.0.0.1.evil.example" }),
      403,
      "forbidden_origin",
    ],
  ])("refuses %s", async (_what, send, status, code) => {
    const answer = await send();
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(problemSchema.parse(answer.json())).toMatchObject({ status, code, type: `urn:millrace:error:${code}` });
    expect(answer.statusCode).toBe(status);
    expect(server.executions).toEqual([]);
    expect(server.logged).toEqual([]);
  });

  it("names near languages, and how to get one that is missing", async () => {
    expect((await postJson({ language: "pyton", code: "x" })).json().detail).toContain('"python"');
    expect((await postJson({ language: "c", code: "x" })).json().detail).toContain("c-package");
  });

  it.each(["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST:1"])(
    "serves the host %s and its own pages",
    async (host) => {
      const answer = await postJson(
        { language: "python", code: "x" },
        { host, origin: `http://${host.toLowerCase()}` },
      );
      expect(answer.statusCode).toBe(200);
    },
  );

  it("answers 503 with Retry-After while no worker is ready", async () => {
    server.isReady = false;
    const answer = await postJson({ language: "python", code: "x" });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers["retry-after"]).toBe("1");
    expect(answer.json()).toMatchObject({ code: "no_worker" });
  });

  it("answers 429 with Retry-After when the queue is full", async () => {
    const release = Promise.withResolvers<void>();
    script = async () => {
      await release.promise;
      return {};
    };
    const answers = Array.from({ length: 12 }, () => postJson({ language: "python", code: "x" }));
    const refused = await Promise.race(answers);
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThanOrEqual(1);
    expect(refused.json()).toMatchObject({ code: "queue_full" });
    release.resolve();
    const statuses = (await Promise.all(answers)).map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 200)).toHaveLength(11);
  });
});

describe("POST /lang/{language}", () => {
  it("answers with what the program printed", async () => {
    const answer = await postText("/lang/python?stdin=a%20b%2B+c%0A&arg=1&arg=&arg=%C3%A9&version=3.9", "print(6*7)");
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe("42\n");
    expect(answer.headers).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "millrace-status": "ok",
      "millrace-exit-code": "0",
      "millrace-cpu-ms": "1.235",
      "millrace-wall-ms": "2",
      "millrace-memory-bytes": "4096",
      "millrace-warm": "false",
      "millrace-isolation": "full",
    });
    expect(answer.headers).not.toHaveProperty("millrace-signal");
    expect(server.executions[0]).toMatchObject({
      version: "3.9.1",
      files: [{ path: "main.py", content: Buffer.from("print(6*7)") }],
      stdin: Buffer.from("a b+ c\n"),
      args: ["1", "", "é"],
    });
  });

  it.each(["application/json", "foo", "text/plain; charset=latin1", "multipart/form-data"])(
    "takes any bytes as the program, sent as %s",
    async (type) => {
      const source = Buffer.from([0x23, 0xff, 0x00, 0x0a]);
      expect((await postText("/lang/python", source, { "content-type": type })).statusCode).toBe(200);
      expect(server.executions[0]?.files[0]?.content).toEqual(source);
    },
  );

  it.each<[what: string, url: string, payload: string | Buffer, status: number, code: string]>([
    ["an unknown language", "/lang/pyton", "x", 404, "unknown_language"],
    ["no language", "/lang/", "x", 404, "not_found"],
    ["a language named like a property", "/lang/constructor", "x", 404, "unknown_language"],
    ["an empty program", "/lang/python", "", 422, "invalid_field"],
    ["a program above 1 MiB", "/lang/python", Buffer.alloc(1024 * 1024 + 1, "x"), 413, "too_large"],
    ["an unknown parameter", "/lang/python?args=1", "x", 422, "unknown_field"],
    ["stdin twice", "/lang/python?stdin=1&stdin=2", "x", 422, "invalid_field"],
    ["version twice", "/lang/python?version=3&version=3", "x", 422, "invalid_field"],
    ["an empty version", "/lang/python?version=", "x", 422, "invalid_field"],
    ["a long version", `/lang/python?version=${"1".repeat(65)}`, "x", 422, "invalid_field"],
    ["an argument with NUL", "/lang/python?arg=%00", "x", 422, "invalid_field"],
    ["257 arguments", `/lang/python?${"arg=1&".repeat(257)}`, "x", 413, "too_large"],
    ["a query that is not UTF-8", "/lang/python?stdin=%ff", "x", 400, "not_utf8"],
    ["a query with a lone percent sign", "/lang/python?stdin=%", "x", 400, "not_utf8"],
  ])("refuses %s in one line", async (_what, url, payload, status, code) => {
    const answer = await postText(url, payload);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(answer.body).toMatch(new RegExp(`^millrace: ${code}: [^\n]+\n$`));
    expect(server.executions).toEqual([]);
  });

  it("takes 1 MiB exactly", async () => {
    expect((await postText("/lang/python", Buffer.alloc(1024 * 1024, "x"))).statusCode).toBe(200);
  });
});

describe("every route", () => {
  it.each<[method: "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "OPTIONS" | "HEAD", url: string, allow: string]>([
    ["GET", "/lang/python", "POST"],
    ["HEAD", "/v1/executions", "POST"],
    ["GET", "/v1/executions", "POST"],
    ["OPTIONS", "/v1/executions", "POST"],
    ["PUT", "/v1/executions", "POST"],
    ["POST", "/v1/languages", "GET, HEAD"],
    ["DELETE", "/healthz", "GET, HEAD"],
    ["PATCH", "/readyz", "GET, HEAD"],
  ])("answers %s %s with 405 and Allow: %s", async (method, url, allow) => {
    const answer = await request({ method, url });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers["allow"]).toBe(allow);
  });

  it.each([
    "/",
    "/lang",
    "/lang/python/",
    "/healthz/",
    "/v1/executions/",
    "/v1/executions/exe_1",
    "/favicon.ico",
    "/lang/python/x",
    `/lang/${"x".repeat(300)}`,
  ])("answers %s with 404", async (url) => {
    const answer = await request({ method: "GET", url });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: "not_found", status: 404 });
  });

  it.each(["DELETE", "PUT", "TRACE"] as const)("answers %s of an execution without a name with 404", async (method) => {
    const answer = await server.app.inject({ method: method as "PUT", url: "/v1/executions/" });
    expect(answer.json()).toMatchObject({ code: "not_found", status: 404 });
  });

  it("answers an address that cannot be decoded with 400", async () => {
    const answer = await request({ method: "POST", url: "/lang/%ff", payload: "x" });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "bad_request" });
  });

  it("answers so that a browser never takes it for a page", async () => {
    for (const url of ["/healthz", "/nope", "/v1/languages", "/lang/%ff"]) {
      const { headers } = await request({ method: "GET", url });
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers).not.toHaveProperty("server");
      expect(headers).not.toHaveProperty("x-powered-by");
    }
  });

  it("says nothing of a bug but the number to look for in the log", async () => {
    script = () => ({
      run: {
        ...SAMPLE_RUN,
        get stdout(): Uint8Array {
          throw new Error("secret of the engine");
        },
      },
    });
    const answer = await postJson({ language: "python", code: "x" });
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: "internal", status: 500 });
    expect(answer.body).not.toMatch(/secret|\.ts|at /);
    const [line] = server.logged;
    expect(answer.json().detail).toContain(line?.["errorId"]);
    expect(JSON.stringify(line)).toContain("secret of the engine");
    // The execution ended well: the bug is in telling it.
    expect(server.executionLines).toMatchObject([{ status: "ok" }]);
  });

  it("logs a failure of the engine", async () => {
    await server.close();
    const queue = {
      ...createEmbeddedQueue({ capacity: 1, clock: systemClock }),
      put: () => Promise.reject(new EngineError("internal", "The disk is full")),
    };
    server = startScriptedServer({ queue });
    const answer = await postText("/lang/python");
    expect(answer.statusCode).toBe(500);
    expect(answer.body).toBe("millrace: internal: The disk is full\n");
    expect(server.logged).toHaveLength(1);
    expect(server.executionLines).toMatchObject([
      { level: 50, status: "refused", code: "internal", language: "python" },
    ]);
  });
});

describe("GET", () => {
  it("/healthz answers as long as the process lives", async () => {
    server.isReady = false;
    expect((await request({ method: "GET", url: "/healthz" })).json()).toEqual({ live: true });
  });

  it("/readyz says whether a worker can take jobs", async () => {
    expect((await request({ method: "GET", url: "/readyz" })).json()).toEqual({ ready: true });
    server.isReady = false;
    const answer = await request({ method: "GET", url: "/readyz" });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers["retry-after"]).toBe("1");
    expect(answer.json()).toMatchObject({ code: "no_worker" });
  });

  it("/v1/cluster tells of the nodes, how well their boxes hold, and what waits", async () => {
    await request({ method: "POST", url: "/lang/python", payload: "1" });
    const answer = await request({ method: "GET", url: "/v1/cluster" });
    expect(answer.json()).toEqual({
      nodes: [
        {
          id: "node_1",
          version: "1.2.3",
          ready: true,
          roles: ["gateway", "worker"],
          host: "here",
          languages: { python: ["3.11.2"] },
          slots: 1,
          usedSlots: 0,
          isolation: "full",
          lacks: [],
          recent: {
            executions: 1,
            perSecond: expect.any(Number),
            queuedMs: { p50: 0.5, p95: 0.5, p99: 0.5 },
            totalMs: { p50: 3, p95: 3, p99: 3 },
          },
        },
      ],
      queue: { jobs: 0, oldestMs: 0 },
    });
  });

  it("/v1/languages lists what is there, and how to get what is not", async () => {
    const { languages } = (await request({ method: "GET", url: "/v1/languages" })).json();
    expect(languages).toMatchObject([
      { id: "c", available: false, versions: [], install: "apt-get install c-package", warm: false },
      { id: "java", available: true, versions: ["17.0.2"], install: null, warm: false },
      {
        id: "python",
        available: true,
        versions: ["3.11.2", "3.9.1"],
        aliases: ["py"],
        limits: { cpuMs: 2000, openFiles: 300 },
        compileLimits: null,
        warm: true,
      },
    ]);
  });
});
