import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Broker, connectBroker } from "../../src/broker/broker.ts";
import { ensureLayout } from "../../src/broker/layout.ts";
import { type Clock, systemClock } from "../../src/domain/clock.ts";
import { SAMPLE_NODE, sampleExecution, sampleResult } from "../../src/domain/sample-execution.test-support.ts";
import { createNatsStore } from "../../src/store/nats/nats-store.ts";
import { describeOutbox } from "../../src/store/outbox-conformance.test-support.ts";
import { acceptanceOf, describeStore } from "../../src/store/store-conformance.test-support.ts";
import { type NatsServer, startNatsServer } from "../support/nats-server.ts";

const LAYOUT = { replicas: 1, capacity: 100, keepMs: 60_000 };

let server: NatsServer;
let broker: Broker;
beforeAll(async () => {
  server = await startNatsServer();
  broker = await connectBroker({ servers: [server.url], name: "test" });
  await ensureLayout(broker, LAYOUT);
});
afterAll(async () => {
  await broker?.close();
  await server?.stop();
});

beforeEach(async () => {
  // Tests use the same keys, and take whatever is to be delivered.
  for (const name of ["IDEMPOTENCY", "ACCEPTED", "WEBHOOKS"]) await broker.streams.streams.purge(`KV_${name}`);
});

/** A gateway's and a worker's, which know of each other only by the broker. */
describeStore("NATS store", async () => {
  const [gatewaySide, workerSide] = await Promise.all([createSide("gateway"), createSide("worker")]);
  return {
    ...gatewaySide.store,
    start: workerSide.store.start,
    complete: workerSide.store.complete,
    handBack: workerSide.store.handBack,
    async close() {
      await Promise.all([gatewaySide.close(), workerSide.close()]);
    },
  };
});

/** Two gateways', of which the first has accepted everything. */
describeOutbox("NATS outbox", async () => {
  let skippedMs = 0;
  const clock = { nowMs: () => systemClock.nowMs() + skippedMs };
  const [first, second] = await Promise.all([createSide("first", clock), createSide("second", clock)]);
  await Promise.all([first.store.openOutbox(), second.store.openOutbox()]);
  return {
    store: first.store,
    outboxes: [first.store.outbox, second.store.outbox],
    skip(ms) {
      skippedMs += ms;
    },
    async close() {
      await Promise.all([first.close(), second.close()]);
    },
  };
});

test("what was delivered while a gateway had lost the broker is nothing that it would deliver", async () => {
  const cutOff = await createSide("cut off");
  await cutOff.store.openOutbox();
  const execution = sampleExecution();
  const webhook = { url: "https://a.example/", secret: "nobody else's" };
  await cutOff.store.accept(acceptanceOf(execution, { webhook }));
  await cutOff.store.start(acceptanceOf(execution), SAMPLE_NODE);
  await cutOff.store.complete(execution.id, 1, sampleResult(execution));
  await expect.poll(() => cutOff.store.outbox.size()).toBe(1);
  await server.kill();
  await server.start();
  // Sooner than the other one connects again: it waits for a quarter of a second.
  const delivering = await createSide("delivering");
  await delivering.layout.webhooks.delete(execution.id);
  await delivering.streams.purge("KV_WEBHOOKS");
  await expect.poll(() => cutOff.store.outbox.size(), { timeout: 10_000 }).toBe(0);
  await Promise.all([cutOff.close(), delivering.close()]);
  // Other tests use it.
  await expect.poll(() => broker.isConnected(), { timeout: 10_000 }).toBe(true);
});

test("a list of what is to be delivered that ends too soon, has nothing forgotten", async () => {
  const side = await createSide("gateway");
  await side.store.openOutbox();
  const execution = sampleExecution();
  await side.store.accept(acceptanceOf(execution, { webhook: { url: "https://a.example/", secret: "s" } }));
  await side.store.cancel(execution.id);
  await expect.poll(() => side.store.outbox.size()).toBe(1);
  const nothing = [].values() as unknown as Awaited<ReturnType<typeof side.layout.webhooks.keys>>;
  const listing = vi.spyOn(side.layout.webhooks, "keys").mockResolvedValue(nothing);
  await server.kill();
  await server.start();
  await expect.poll(() => listing.mock.calls.length, { timeout: 10_000 }).toBe(1);
  await side.layout.webhooks.get(execution.id);
  expect(side.store.outbox.size()).toBe(1);
  await side.close();
  // Other tests use it.
  await expect.poll(() => broker.isConnected(), { timeout: 10_000 }).toBe(true);
});

test("what ended while nobody listened is delivered, although whoever found that ends as well", async () => {
  const [accepting, finding] = await Promise.all([createSide("accepting"), createSide("finding")]);
  const execution = sampleExecution();
  const webhook = { url: "https://a.example/", secret: "nobody else's" };
  await accepting.store.accept(acceptanceOf(execution, { webhook }));
  // Workers read and write these, and what is dead is kept of them.
  for (const bucket of [accepting.layout.accepted, accepting.layout.executions]) {
    const entry = await bucket.get(execution.id);
    expect(entry?.string()).toContain("python");
    expect(entry?.string()).not.toContain(webhook.secret);
  }
  const start = await accepting.store.start(acceptanceOf(execution), SAMPLE_NODE);
  expect(start).toMatchObject({ kind: "run", attempt: 1 });
  await accepting.store.complete(execution.id, 1, sampleResult(execution));
  await accepting.close();
  // Looking through what is accepted is what says that it ended; it is forgotten as accepted with that.
  expect(await Array.fromAsync(finding.store.unfinished())).toEqual([]);
  await finding.close();
  const delivering = await createSide("delivering");
  await delivering.store.openOutbox();
  await expect
    .poll(() => delivering.store.outbox.take({ most: 1, leaseMs: 1_000, exceptOrigins: [] }), { timeout: 10_000 })
    .toMatchObject([{ id: execution.id, attempt: 1, result: { status: "ok" } }]);
  await delivering.store.outbox.remove(execution.id);
  await delivering.close();
});

test("a key is free again when the result of its execution has expired, and not before", async () => {
  const side = await createSide("gateway");
  const idempotency = { scope: "key ci", key: "long", fingerprint: "f" };
  const [first, second] = [sampleExecution(), sampleExecution()];
  await side.store.accept(acceptanceOf(first, { idempotency }));
  expect(await side.store.accept(acceptanceOf(second, { idempotency }))).toEqual({ kind: "same", id: first.id });
  await side.store.cancel(first.id);
  expect(await side.store.accept(acceptanceOf(second, { idempotency }))).toEqual({ kind: "same", id: first.id });
  await Array.fromAsync(side.store.unfinished());
  await side.layout.executions.purge(first.id);
  expect(await side.store.accept(acceptanceOf(second, { idempotency }))).toEqual({ kind: "new" });
  expect(await side.store.accept(acceptanceOf(first, { idempotency }))).toEqual({ kind: "same", id: second.id });
  await side.close();
});

async function createSide(name: string, clock: Clock = systemClock) {
  const broker = await connectBroker({ servers: [server.url], name });
  const layout = await ensureLayout(broker, LAYOUT);
  const store = createNatsStore({ broker, layout, clock });
  return {
    store,
    layout,
    streams: broker.streams.streams,
    async close() {
      await store.close();
      await broker.close();
    },
  };
}
