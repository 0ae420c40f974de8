import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examples } from "../../src/gateway/openapi/examples.ts";
import type { OpenApiDocument } from "../../src/gateway/openapi/openapi.ts";
import type { ExecutionResponse } from "../../src/protocol/execution-response.ts";
import { type ApiDocument, createApiDocument } from "../support/api-document.ts";
import { type RunningServer, startServer } from "../support/server.ts";

let server: RunningServer;
let document: OpenApiDocument;
let api: ApiDocument;

beforeAll(async () => {
  server = await startServer({ slots: 1, queue: 1 });
  document = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApiDocument;
  api = createApiDocument(document);
});

afterAll(() => server.stop());

/** Sends a request and holds its answer against the document. */
async function send(method: string, path: string, init: Omit<RequestInit, "method"> = {}): Promise<Buffer> {
  const answer = await fetch(`${server.url}${path}`, { method, ...init });
  const body = Buffer.from(await answer.arrayBuffer());
  const { pathname } = new URL(path, server.url);
  const headers = Object.fromEntries(answer.headers);
  expect(api.complaints(method, pathname, { status: answer.status, headers, body })).toEqual([]);
  return body;
}

const json = (value: unknown): Omit<RequestInit, "method"> => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

describe("answers are as the document says", () => {
  test("of every route that is only read", async () => {
    const paths = Object.entries(document.paths).filter(([, item]) => item.get !== undefined);
    expect(paths.length).toBeGreaterThan(5);
    for (const [path] of paths) await send("GET", path);
  });

  test.each(Object.entries(examples))("of the example %s, which does what it should", async (_, { value }) => {
    const { status, run } = JSON.parse(String(await send("POST", "/v1/executions", json(value)))) as ExecutionResponse;
    expect([status, run?.stderr]).toEqual(["ok", ""]);
    expect(run?.stdout).toMatch(/^(Hello, world!?|from stdin \['first', 'second one'\])\n$/);
  });

  test.each([
    ["a program that fails", "python", "import sys; print(1); sys.exit(3)"],
    ["a program ended by a signal", "python", "import os; os.abort()"],
    ["a program that runs too long", "python", "while True: pass"],
    ["output that is not UTF-8", "python", "import os; os.write(1, bytes(range(256)))"],
    ["a program that does not compile", "c", "int main(void) { return }"],
    ["no program", "python", ""],
    ["an unknown language", "pyton", "x"],
  ])("of %s", async (_, language, code) => {
    await send("POST", `/lang/${language}`, { body: code });
    await send("POST", "/v1/executions", json({ language, code, limits: { cpuMs: 300 } }));
  });

  test.each([
    ["a field too much", { language: "python", code: "1", colour: 1 }],
    ["a limit above its maximum", { language: "python", code: "1", limits: { cpuMs: 1e9 } }],
    ["no object", 5],
    ["too large a list", { language: "python", code: "1", args: Array(2_000).fill("") }],
  ])("of %s", async (_, value) => {
    await send("POST", "/v1/executions", json(value));
  });

  test("of requests that go wrong before they are read", async () => {
    await send("POST", "/v1/executions", { body: "{}", headers: { "content-type": "text/plain" } });
    await send("POST", "/v1/executions", { body: "{", headers: { "content-type": "application/json" } });
    await send("POST", "/lang/python?colour=1", { body: "1" });
    await send("GET", "/v1/languages", { headers: { origin: "http://elsewhere.example" } });
    await send("DELETE", "/healthz");
    await send("GET", "/nowhere");
  });

  test("of a server that has enough to do", async () => {
    const sleeper = { body: "import time; time.sleep(1)" };
    await Promise.all(Array.from({ length: 4 }, () => send("POST", "/lang/python", sleeper)));
    await Promise.all(
      Array.from({ length: 4 }, () => send("POST", "/v1/executions", json({ language: "python", code: sleeper.body }))),
    );
  });
});

describe("the page that shows the document", () => {
  test("has all its files, and names nothing of another server", async () => {
    const answer = await fetch(`${server.url}/docs`);
    const page = await answer.text();
    const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? "");
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).not.toMatch(/^\w+:|^\/\//);
      const file = await fetch(new URL(link, answer.url));
      expect([link, file.status, file.headers.get("x-content-type-options")]).toEqual([link, 200, "nosniff"]);
    }
  });

  test("may load nothing from elsewhere and run nothing that is written into it", async () => {
    const answer = await fetch(`${server.url}/docs`);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(await answer.text()).not.toMatch(/<script>|<style|style=|onload=/);
  });

  test("may ask this server, as a browser tells where it comes from", async () => {
    const own = { body: "print(6*7)", headers: { origin: server.url } };
    expect(String(await send("POST", "/lang/python", own))).toBe("42\n");
  });
});
