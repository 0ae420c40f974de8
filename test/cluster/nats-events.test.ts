import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Broker, connectBroker } from "../../src/broker/broker.ts";
import { ensureLayout, eventsSubject, type Layout } from "../../src/broker/layout.ts";
import { createPayloads, type Payloads } from "../../src/broker/payloads.ts";
import { executionId, type NodeId, nodeId } from "../../src/domain/ids.ts";
import { SAMPLE_NODE, SAMPLE_RUN } from "../../src/domain/sample-execution.test-support.ts";
import type { ReadUpTo } from "../../src/events/events.ts";
import { describeEvents } from "../../src/events/events-conformance.test-support.ts";
import { createNatsEvents } from "../../src/events/nats/nats-events.ts";
import { type NatsServer, startNatsServer } from "../support/nats-server.ts";

let server: NatsServer;
let broker: Broker;
let layout: Layout;
let payloads: Payloads;

beforeAll(async () => {
  server = await startNatsServer();
  broker = await connectBroker({ servers: [server.url], name: "test" });
  layout = await ensureLayout(broker, { replicas: 1, capacity: 100, keepMs: 60_000 });
  payloads = createPayloads(layout.payloads);
});
afterAll(async () => {
  await broker?.close();
  await server?.stop();
});

/** A gateway's and a worker's, which know of each other only by the broker. */
describeEvents("NATS", async () => {
  let runner: NodeId | null = null;
  const following = createNatsEvents({ broker, payloads, findNode: async () => runner });
  const running = createNatsEvents({ broker, payloads, findNode: async () => null });
  return {
    events: following,
    async begin(id, over) {
      runner = SAMPLE_NODE;
      const progress = running.progressOf(id, SAMPLE_NODE, over);
      // Where it is asked is known to the server then.
      await broker.connection.flush();
      return progress as NonNullable<typeof progress>;
    },
    async close() {
      following.close();
      running.close();
    },
  };
});

const READ: ReadUpTo = { key: "abc", entry: 3, byte: 2 };
const soon = () => AbortSignal.timeout(400);

/** A node that answers what it likes. */
function answerWith(answer: (question: string) => unknown): { readonly node: NodeId; count(): number } {
  const node = nodeId(randomUUID());
  let count = 0;
  broker.connection.subscribe(eventsSubject(node), {
    callback: (_error, message) => {
      count += 1;
      message.respond(JSON.stringify(answer(message.string())));
    },
  });
  return { node, count: () => count };
}

const told = (upTo: ReadUpTo, text = "x") => ({
  v: 1,
  body: { told: { event: { kind: "stdout", bytes: Buffer.from(text).toString("base64") }, upTo }, isOpen: true },
});

test.each<[string, unknown]>([
  ["what was told before", told({ ...READ, byte: 1 })],
  ["the same again", told(READ)],
  ["no message", "nothing"],
  ["no event", { v: 1, body: { told: { event: { kind: "shouted" }, upTo: READ }, isOpen: true } }],
  ["a newer version", { v: 2, body: {} }],
])("of a node that answers with %s nothing is told, and it is not asked without pause", async (_what, answer) => {
  const { node, count } = answerWith(() => answer);
  const events = createNatsEvents({ broker, payloads, findNode: async () => node });
  expect(await events.follow(executionId(randomUUID())).next(READ, soon())).toBeNull();
  expect(count()).toBeGreaterThan(1);
  expect(count()).toBeLessThan(10);
});

test("a node that never stops telling is not listened to for ever", async () => {
  let entry = 10;
  const { node } = answerWith(() => {
    entry += 1;
    return told({ ...READ, entry }, "x".repeat(500_000));
  });
  const reader = createNatsEvents({ broker, payloads, findNode: async () => node }).follow(executionId(randomUUID()));
  let bytes = 0;
  for (let after = READ; ; ) {
    const found = await reader.next(after, soon());
    if (found === null) break;
    after = found.upTo;
    bytes += "bytes" in found.event ? found.event.bytes.length : 0;
  }
  // As much as three starts of one execution have to tell.
  expect(bytes).toBeGreaterThan(12_000_000);
  expect(bytes).toBeLessThan(13_500_000);
});

test("nor is one that tells of no end of compile runs", async () => {
  let entry = 10;
  const result = { ...SAMPLE_RUN, stdout: Buffer.alloc(300_000).toString("base64"), stderr: "" };
  const { node, count } = answerWith(() => {
    entry += 1;
    const upTo = { ...READ, entry };
    return { v: 1, body: { told: { event: { kind: "compile", result }, upTo }, isOpen: true } };
  });
  const reader = createNatsEvents({ broker, payloads, findNode: async () => node }).follow(executionId(randomUUID()));
  for (let after = READ; ; ) {
    const found = await reader.next(after, soon());
    if (found === null) break;
    after = found.upTo;
    expect(count()).toBeLessThan(60);
  }
});

test("at the end it is asked who has run it, not a node that is silent", async () => {
  const id = executionId(randomUUID());
  const [silent, ran] = [nodeId(randomUUID()), nodeId(randomUUID())];
  let runner = silent;
  const ears = broker.connection.subscribe(eventsSubject(silent), { callback: () => undefined });
  const running = createNatsEvents({ broker, payloads, findNode: async () => null });
  running.progressOf(id, ran, new Promise(() => undefined))?.started();
  await broker.connection.flush();
  const reader = createNatsEvents({ broker, payloads, findNode: async () => runner }).follow(id);
  expect(await reader.next(READ, AbortSignal.timeout(100))).toBeNull();
  runner = ran;
  const told = await reader.next(READ, AbortSignal.abort());
  expect(told?.event).toEqual({ kind: "started", node: ran });
  ears.unsubscribe();
  running.close();
});

test("when the node that runs it ends, whoever follows hears it from the next one", async () => {
  const id = executionId(randomUUID());
  const nodes = [nodeId(randomUUID()), nodeId(randomUUID())] as const;
  let runner: NodeId = nodes[0];
  const [dying, next, following] = await Promise.all(
    [1, 2, 3].map(async () => {
      const own = await connectBroker({ servers: [server.url], name: "test" });
      return { own, events: createNatsEvents({ broker: own, payloads, findNode: async () => runner }) };
    }),
  );
  const reader = following?.events.follow(id);
  const over = new Promise<never>(() => undefined);
  dying?.events.progressOf(id, nodes[0], over)?.started();
  await dying?.own.connection.flush();
  const first = await reader?.next(READ, AbortSignal.timeout(10_000));
  expect(first?.event).toEqual({ kind: "started", node: nodes[0] });
  const waiting = reader?.next(first?.upTo ?? null, AbortSignal.timeout(10_000));
  await dying?.own.close();
  next?.events.progressOf(id, nodes[1], over)?.started();
  await next?.own.connection.flush();
  runner = nodes[1];
  expect((await waiting)?.event).toEqual({ kind: "started", node: nodes[1] });
  await Promise.all([next?.own.close(), following?.own.close()]);
});
