import { expect, test } from "vitest";
import { findBreaches } from "./rules.ts";

function breachesOf(path: string, text: string): string[] {
  return findBreaches([{ path, text }]);
}

test.each([
  ["src/domain/limits.ts", 'import type { UUID } from "node:crypto";'],
  ["src/domain/limits.ts", 'import { STATUSES } from "./outcome.ts";'],
  ["src/protocol/execution.ts", 'import { z } from "zod";\nimport { STATUSES } from "../domain/outcome.ts";'],
  ["src/gateway/routes/lang.ts", 'import type { Queue } from "../../queue/queue.ts";'],
  ["src/main/compose.ts", 'import { createSandbox } from "../sandbox/create-sandbox.ts";'],
  ["src/worker/worker.test.ts", 'import { EmbeddedQueue } from "../queue/embedded/embedded-queue.ts";'],
  [
    "src/queue/queue.ts",
    '// import { x } from "../sandbox/sandbox.ts";\nexport const text = \'from "../gateway/a.ts"\';',
  ],
])("%s may hold %s", (path, text) => {
  expect(breachesOf(path, text)).toEqual([]);
});

test.each([
  ["gateway may not import sandbox", "src/gateway/gateway.ts", 'import type { Sandbox } from "../sandbox/sandbox.ts";'],
  ["gateway may not import engine", "src/gateway/routes/lang.ts", 'export { run } from "../../engine/run.ts";'],
  ["gateway may not import engine", "src/gateway/gateway.ts", 'export * from "../engine/run.ts";'],
  ["queue may not import sandbox", "src/queue/embedded/a.ts", 'const s = await import("../../sandbox/sandbox.ts");'],
  ["sandbox may not import queue", "src/sandbox/a.ts", 'import "../queue/queue.ts";'],
  ["domain may not import protocol", "src/domain/limits.ts", 'import { schema } from "../protocol/limits.ts";'],
  ["engine may not import worker", "src/engine/a.test.ts", 'import { createWorker } from "../worker/worker.ts";'],
  ["main may not import cli", "src/main/compose.ts", 'import { parse } from "../cli/flags.ts";'],
  ["only main may import", "src/worker/a.ts", 'import { EmbeddedQueue } from "../queue/embedded/embedded-queue.ts";'],
  ["only main may import", "src/engine/a.ts", 'import { createSandbox } from "../sandbox/create-sandbox.ts";'],
  ["domain may not import node:crypto", "src/domain/ids.ts", 'import { randomUUID } from "node:crypto";'],
  ["protocol may not import fastify", "src/protocol/a.ts", 'import { type A, fastify } from "fastify";'],
  ["only telemetry may import prom-client", "src/worker/a.ts", 'import { Counter } from "prom-client";'],
  ["only config reads", "src/main/compose.ts", 'import { env } from "node:process";'],
  ["has no row", "src/simulator/a.ts", 'import { STATUSES } from "../domain/outcome.ts";'],
  ["outside src", "src/cli/millrace.ts", 'import { a } from "../../test/fixtures/a.ts";'],
  ["a folder named utils/", "src/gateway/utils/a.ts", ""],
])("%s: %s holds %s", (problem, path, text) => {
  expect(breachesOf(path, text)).toEqual([expect.stringContaining(problem)]);
});

test("a breach names its file", () => {
  expect(breachesOf("src/queue/a.ts", 'import "../sandbox/sandbox.ts";')[0]).toMatch(/^src\/queue\/a\.ts: /);
});

test("a file that does not parse is no clean file", () => {
  expect(() => breachesOf("src/queue/a.ts", "import {")).toThrow("src/queue/a.ts");
});
