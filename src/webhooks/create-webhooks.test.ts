import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Clock, systemClock } from "../domain/clock.ts";
import { SAMPLE_NODE, sampleExecution, sampleResult } from "../domain/sample-execution.test-support.ts";
import { executionResponseSchema } from "../protocol/execution-response.ts";
import type { EmbeddedStore } from "../store/embedded/embedded-store.ts";
import { createScratchStore } from "../store/embedded/scratch-store.test-support.ts";
import { acceptanceOf } from "../store/store-conformance.test-support.ts";
import { createAddressPolicy } from "./address-policy.ts";
import { createWebhooks, MOST_TRIES, pauseAfter, type Webhooks } from "./create-webhooks.ts";
import { type Receiver, startReceiver } from "./receiver.test-support.ts";
import { signatureHeaders } from "./signature.ts";

const SECRET = "0123456789abcdef";

let skippedMs: number;
let store: EmbeddedStore;
let receiver: Receiver;
let outcomes: string[];
let open: Webhooks[];

const clock: Clock = { nowMs: () => systemClock.nowMs() + skippedMs };

beforeEach(async () => {
  skippedMs = 0;
  outcomes = [];
  open = [];
  store = createScratchStore(clock);
  receiver = await startReceiver();
});

afterEach(async () => {
  await Promise.all(open.map((webhooks) => webhooks.close()));
  await store.close();
  await receiver.close();
});

function start(options: { readonly answerMs?: number } = {}): Webhooks {
  const log = { info: () => undefined, warn: () => undefined, error: () => expect.unreachable() };
  const webhooks = createWebhooks({
    outbox: store.outbox,
    policy: createAddressPolicy(["127.0.0.1"]),
    version: "1.2.3",
    clock,
    log: log as never,
    telemetry: { webhookSent: (outcome) => outcomes.push(outcome) },
    ...options,
  });
  open.push(webhooks);
  return webhooks;
}

/** Has an execution end whose client wants to be told. */
async function end(url = receiver.url) {
  const execution = sampleExecution();
  await store.accept(acceptanceOf(execution, { webhook: { url, secret: SECRET } }));
  const started = await store.start(acceptanceOf(execution), SAMPLE_NODE);
  if (started.kind === "run") await store.complete(execution.id, started.attempt, sampleResult(execution));
  return execution.id;
}

test("the result is sent as GET would answer it, signed, once", async () => {
  start();
  const id = await end();
  await expect.poll(() => outcomes).toEqual(["delivered"]);
  const [message] = receiver.received;
  const body = message?.body ?? "";
  expect(executionResponseSchema.parse(JSON.parse(body))).toMatchObject({ id, state: "done", status: "ok" });
  const sentAtMs = Number(message?.headers["webhook-timestamp"]) * 1_000;
  expect(Math.abs(sentAtMs - Date.now())).toBeLessThan(60_000);
  expect(message?.headers).toMatchObject({
    "content-type": "application/json; charset=utf-8",
    "user-agent": "Millrace/1.2.3",
    "millrace-attempt": "1",
    ...signatureHeaders({ id, secret: SECRET, body, nowMs: sentAtMs }),
  });
  expect(store.outbox.size()).toBe(0);
});

test("nobody is told before the end, and of a cancelled one as well", async () => {
  start();
  const execution = sampleExecution();
  await store.accept(acceptanceOf(execution, { webhook: { url: receiver.url, secret: SECRET } }));
  expect(store.outbox.size()).toBe(0);
  await store.cancel(execution.id);
  await expect.poll(() => receiver.received.length).toBe(1);
  expect(JSON.parse(receiver.received[0]?.body ?? "")).toMatchObject({ status: "cancelled" });
});

test("it is tried again after a while, and not before", async () => {
  receiver.answer = (response) => response.writeHead(500).end();
  start();
  await end();
  await expect.poll(() => outcomes).toEqual(["retried"]);
  expect(store.outbox.size()).toBe(1);
  expect(await store.outbox.take({ most: 1, leaseMs: 0, exceptOrigins: [] })).toEqual([]);
  receiver.answer = (response) => response.writeHead(204).end();
  skippedMs += 2_001;
  await expect.poll(() => outcomes, { timeout: 5_000 }).toEqual(["retried", "delivered"]);
  expect(receiver.received.map(({ headers }) => headers["millrace-attempt"])).toEqual(["1", "2"]);
});

test("what is due when the process ends is sent by the next one", async () => {
  receiver.answer = () => undefined;
  const first = start();
  await end();
  await expect.poll(() => receiver.received.length).toBe(1);
  await first.close();
  expect(outcomes).toEqual([]);
  receiver.answer = (response) => response.end();
  start();
  skippedMs += 60_000;
  await expect.poll(() => outcomes, { timeout: 5_000 }).toEqual(["delivered"]);
});

describe("it is given up", () => {
  test("after the last try", async () => {
    receiver.answer = (response) => response.writeHead(503).end();
    start();
    await end();
    for (let tries = 1; tries < MOST_TRIES; tries += 1) {
      await expect.poll(() => outcomes.length, { timeout: 5_000 }).toBe(tries);
      skippedMs += pauseAfter(tries, () => 1);
    }
    await expect.poll(() => outcomes.at(-1), { timeout: 5_000 }).toBe("dropped");
    expect([outcomes.length, store.outbox.size()]).toEqual([MOST_TRIES, 0]);
  });

  test("when the receiver is gone, or nowhere that is allowed", async () => {
    receiver.answer = (response) => response.writeHead(410).end();
    start();
    await end();
    await expect.poll(() => outcomes).toEqual(["dropped"]);
    await end(`http://127.0.0.2:${receiver.port}/`);
    await expect.poll(() => outcomes).toEqual(["dropped", "dropped"]);
    expect(receiver.connections()).toBe(1);
  });

  test("when the result is no longer kept", async () => {
    receiver.answer = (response) => response.writeHead(500).end();
    start();
    await end();
    await expect.poll(() => outcomes).toEqual(["retried"]);
    skippedMs += 3_700_000;
    store.expire();
    await expect.poll(() => outcomes, { timeout: 5_000 }).toEqual(["retried", "dropped"]);
  });
});

test("a receiver that never answers delays no other, and has few messages at once", async () => {
  const slow = await startReceiver();
  slow.answer = () => undefined;
  start({ answerMs: 60_000 });
  for (let count = 0; count < 10; count += 1) await end(slow.url);
  await end();
  await expect.poll(() => outcomes).toEqual(["delivered"]);
  await expect.poll(() => slow.received.length).toBe(4);
  await end();
  await expect.poll(() => outcomes).toEqual(["delivered", "delivered"]);
  expect(slow.received).toHaveLength(4);
  await slow.close();
});

test("the pauses grow, and no two are alike", () => {
  expect([1, 2, 3].map((attempt) => pauseAfter(attempt, () => 0))).toEqual([1_000, 4_000, 16_000]);
  expect([1, 2, 3].map((attempt) => pauseAfter(attempt, () => 1))).toEqual([2_000, 8_000, 32_000]);
});
