import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Broker, connectBroker } from "../../src/broker/broker.ts";
import { classOf, DEAD, ensureLayout, JOBS, type Layout, recordSubject } from "../../src/broker/layout.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { MOST_STARTS } from "../../src/domain/execution-state.ts";
import { nodeId } from "../../src/domain/ids.ts";
import { requirementsOf } from "../../src/domain/requirement.ts";
import { labelOf, sampleExecution, sampleResult } from "../../src/domain/sample-execution.test-support.ts";
import { createNatsQueue, type NatsQueue } from "../../src/queue/nats/nats-queue.ts";
import { sampleJob, take, takeAndAck } from "../../src/queue/queue-conformance.test-support.ts";
import { createNatsStore } from "../../src/store/nats/nats-store.ts";
import { type NatsServer, startNatsServer } from "../support/nats-server.ts";
import { eventually } from "../support/until.ts";

const NANOSECONDS_PER_MS = 1_000_000;

let server: NatsServer;
let broker: Broker;
let layout: Layout;
let queue: NatsQueue;

beforeAll(async () => {
  server = await startNatsServer();
  broker = await connectBroker({ servers: [server.url], name: "test" });
  layout = await ensureLayout(broker, { replicas: 1, capacity: 100, keepMs: 60_000 });
  queue = await createNatsQueue({ broker, layout, clock: systemClock, log: { warn: () => undefined } });
});
afterAll(async () => {
  await queue?.close();
  await broker?.close();
  await server?.stop();
});

const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
const job = sampleJob();
const MALFORMED: Record<string, string> = {
  "no JSON": "not { JSON",
  nothing: "",
  "no version": JSON.stringify({ body: job }),
  "a job of wrong types": JSON.stringify({ v: 1, body: { ...job, acceptedAtMs: "now" } }),
  "a number that is none": '{"v":1,"body":{"acceptedAtMs":NaN}}',
  "a prototype": '{"v":1,"body":{"__proto__":{"requires":["python@3.11.2"]}}}',
  "something deep": `{"v":1,"body":${deep}}`,
  "a payload that is not there": '{"v":1,"payload":"nowhere"}',
  "a payload with a path": '{"v":1,"payload":"../../etc/passwd"}',
};

test.each(Object.entries(MALFORMED))("%s is put aside, and the next job comes", async (_, text) => {
  const before = (await broker.streams.streams.info(DEAD)).state.messages;
  await queue.put(sampleJob("warm the class up"));
  await takeAndAck(queue);
  await broker.jetStream.publish(`jobs.${classOf(job.requires)}.normal.new`, text);
  await queue.put(sampleJob("next"));
  expect(await takeAndAck(queue)).toBe("next");
  await eventually("it is in the stream of the dead", async () => {
    const { state } = await broker.streams.streams.info(DEAD);
    return state.messages === before + 1;
  });
  await eventually("it is not among the jobs", async () => {
    return (await broker.streams.streams.info(JOBS)).state.messages === 0;
  });
});

test("who waits for a job that nobody can read is told, and so is who asks later", async () => {
  const store = createNatsStore({ broker, layout, clock: systemClock });
  const reading = await createNatsQueue({
    broker,
    layout,
    clock: systemClock,
    log: { warn: () => undefined },
    onUnreadable: (id) => store.giveUp({ id, language: "python", version: "3.11.2" }),
  });
  const taking = new AbortController();
  const offers = new Set(job.requires);
  const taken = reading.take({ signal: taking.signal, offers });
  taken.catch(() => undefined);
  for (const isKept of [false, true]) {
    const execution = sampleExecution();
    const submitter = { client: null, address: null };
    const accepted = { execution, submitter, acceptedAtMs: systemClock.nowMs(), idempotency: null, webhook: null };
    await store.accept({ ...accepted, isKept });
    const { signal } = new AbortController();
    const done = store.whenDone(execution.id, { signal });
    await broker.jetStream.publish(`jobs.${classOf(job.requires)}.normal.new`, '{"v":1,"payload":"lost"}', {
      msgID: execution.id,
    });
    expect(await done).toMatchObject({ id: execution.id, status: "internal_error", run: null, language: "python" });
    if (isKept) expect(await store.find(execution.id)).toMatchObject({ state: { kind: "done" } });
  }
  taking.abort();
  await Promise.all([reading.close(), store.close()]);
});

test("a job of a newer version is left for a newer worker, and delays nobody", async () => {
  await broker.jetStream.publish(`jobs.${classOf(job.requires)}.normal.new`, '{"v":2,"body":{}}');
  await queue.put(sampleJob("older"));
  expect(await takeAndAck(queue)).toBe("older");
  await eventually("it alone is left", async () => (await broker.streams.streams.info(JOBS)).state.messages === 1);
  await broker.streams.streams.purge(JOBS);
});

test("fields that a newer version has added are passed over", async () => {
  const { execution, requires, submitter, acceptedAtMs } = sampleJob("newer");
  const files = execution.files.map(({ path, content }) => ({
    path,
    content: Buffer.from(content).toString("base64"),
  }));
  const body = {
    execution: { ...execution, files, stdin: "", colour: "red" },
    requires,
    submitter,
    acceptedAtMs,
    more: 1,
  };
  await broker.jetStream.publish(`jobs.${classOf(requires)}.normal.new`, JSON.stringify({ v: 1, body }));
  expect(await takeAndAck(queue)).toBe("newer");
});

test("only what a client waits for, and comes for the first time, may run before its start is recorded", async () => {
  const awaited = { ...sampleJob("awaited"), isKept: false };
  await queue.put(awaited);
  const first = await take(queue);
  expect(first.mayRunAhead).toBe(true);
  await first.handBack();
  await queue.put({ ...sampleJob("again"), isKept: false }, { isAccepted: true });
  await queue.put(sampleJob("kept"));
  for (const label of ["awaited", "again", "kept"]) {
    const lease = await take(queue);
    expect([labelOf(lease.job.execution), lease.mayRunAhead]).toEqual([label, false]);
    await lease.ack();
  }
});

test("what was accepted long ago and waits is not put a second time, whatever the broker has forgotten of it", async () => {
  const duplicate_window = 100 * NANOSECONDS_PER_MS;
  await broker.streams.streams.update(JOBS, { duplicate_window });
  const lost = { ...sampleJob("lost"), acceptedAtMs: systemClock.nowMs() - 3_600_000 };
  await queue.put(lost, { isAccepted: true });
  await delay(500);
  await queue.put(lost, { isAccepted: true });
  const another = { ...sampleJob("another"), acceptedAtMs: lost.acceptedAtMs };
  await queue.put(another, { isAccepted: true });
  expect((await broker.streams.streams.info(JOBS)).state.messages).toBe(2);
  expect([await takeAndAck(queue), await takeAndAck(queue)]).toEqual(["lost", "another"]);
  await eventually("both are gone", async () => (await broker.streams.streams.info(JOBS)).state.messages === 0);
});

test("what nobody can read among the dead and the accepted hides no other", async () => {
  const store = createNatsStore({ broker, layout, clock: systemClock });
  const unreadable = '{"v":1,"payload":"expired"}';
  await broker.jetStream.publish(`dead.fatal.${sampleExecution().id}`, unreadable);
  await layout.accepted.put(sampleExecution().id, unreadable);
  const execution = sampleExecution("fatal");
  const accepted = { execution, submitter: { client: null, address: null }, acceptedAtMs: systemClock.nowMs() };
  await store.accept({ ...accepted, isKept: true, idempotency: null, webhook: null });
  expect((await Array.fromAsync(store.unfinished())).map(({ execution: { id } }) => id)).toEqual([execution.id]);
  for (let starts = 0; starts <= MOST_STARTS; starts += 1) await store.start(accepted, nodeId(randomUUID()));
  expect((await Array.fromAsync(store.dead())).map(({ execution: { id } }) => id)).toEqual([execution.id]);
  expect(await Array.fromAsync(store.unfinished())).toEqual([]);
  await store.close();
});

test("a result counts only from who started it last; nothing comes of one for an execution that there is not", async () => {
  const store = createNatsStore({ broker, layout, clock: systemClock });
  const execution = sampleExecution("contested");
  const accepted = {
    execution,
    submitter: { client: null, address: null },
    acceptedAtMs: systemClock.nowMs(),
  };
  await store.accept({ ...accepted, isKept: true, idempotency: null, webhook: null });
  const [first, second] = [nodeId(randomUUID()), nodeId(randomUUID())];
  const other = createNatsStore({ broker, layout, clock: systemClock });
  expect(await store.start(accepted, first)).toMatchObject({ kind: "run", attempt: 1 });
  expect(await other.start(accepted, second)).toMatchObject({ kind: "run", attempt: 2 });
  const late = { ...sampleResult(execution), node: first };
  expect(await store.complete(execution.id, 1, late)).toBe(false);
  // Whoever says that it is over without having said so in the record is not believed either, by whoever asks later.
  const { language, version } = execution;
  const claimed = { ...accepted, language, version, isKept: true, state: { kind: "done", result: late } };
  broker.connection.publish(recordSubject(execution.id), JSON.stringify({ v: 1, body: claimed }));
  expect(await other.find(execution.id)).toMatchObject({ state: { kind: "running", attempt: 2, node: second } });
  const right = { ...sampleResult(execution), node: second };
  expect(await other.complete(execution.id, 2, right)).toBe(true);
  expect(await store.complete(execution.id, 2, late)).toBe(false);
  expect(await store.find(execution.id)).toMatchObject({ state: { kind: "done", result: { node: second } } });
  const unknown = sampleExecution();
  expect(await store.complete(unknown.id, 1, sampleResult(unknown))).toBe(false);
  expect(await store.find(unknown.id)).toBeUndefined();
  await Promise.all([store.close(), other.close()]);
});

test("what makes a subject is never what somebody says", () => {
  expect(classOf(requirementsOf({ language: "python", version: "3.11.2" }))).toBe("python-3_11_2");
  for (const version of ["1.0.0 *", "1.>", "1.0.0-nightly", "../1"]) {
    expect(classOf([`rust@${version}`])).toMatch(/^set-[0-9a-f]{32}$/);
  }
  expect(classOf(["a@1", "b@2"])).toBe(classOf(["b@2", "a@1"]));
});
