import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { EngineError } from "../domain/errors.ts";
import type { Execution, ExecutionResult } from "../domain/execution.ts";
import { type ExecutionId, type NodeId, nodeId } from "../domain/ids.ts";
import { requirementsOf, toolchainRequirement } from "../domain/requirement.ts";
import { sampleExecution, sampleResult } from "../domain/sample-execution.test-support.ts";
import type { Engine, ExecutionOutcome } from "../engine/engine.ts";
import type { Events } from "../events/events.ts";
import { createEmbeddedQueue } from "../queue/embedded/embedded-queue.ts";
import { LeaseLost, type Queue } from "../queue/queue.ts";
import { createScratchStore } from "../store/embedded/scratch-store.test-support.ts";
import type { Start, Store } from "../store/store.ts";
import { acceptanceOf } from "../store/store-conformance.test-support.ts";
import { createWorker, type Worker } from "./worker.ts";

const ok: ExecutionOutcome = { status: "ok", compile: null, run: null };

/** An engine whose executions end when the test says so. */
function createHeldEngine() {
  const running: {
    execution: Execution;
    signal: AbortSignal;
    end(): void;
    endAs(status: ExecutionOutcome["status"]): void;
    fail(error: unknown): void;
  }[] = [];
  let wake: () => void = () => undefined;
  const engine: Engine = {
    execute(execution, { signal }) {
      const { promise, resolve, reject } = Promise.withResolvers<ExecutionOutcome>();
      const endAs = (status: ExecutionOutcome["status"]) => resolve({ ...ok, status });
      running.push({ execution, signal, end: () => endAs("ok"), endAs, fail: reject });
      wake();
      return promise;
    },
  };
  async function started(count: number): Promise<void> {
    while (running.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  return { engine, running, started };
}

const open: { worker: Worker; queue: Queue; store: Store }[] = [];
afterEach(async () => {
  for (const parts of open.splice(0)) for (const part of [parts.worker, parts.queue, parts.store]) await part.close();
});

function setUp(slots: number) {
  const held = createHeldEngine();
  const time = { nowMs: 1_000 };
  const clock = { nowMs: () => time.nowMs };
  const queue = createEmbeddedQueue({ capacity: 10, clock });
  const bugs: unknown[] = [];
  const reports: unknown[] = [];
  const node = nodeId(randomUUID());
  const store = createScratchStore(clock);
  const worker = createWorker({
    queue,
    store,
    offers: new Set([toolchainRequirement(sampleExecution())]),
    engine: held.engine,
    slots,
    nodeId: node,
    isolation: "full",
    clock,
    log: { error: () => undefined },
    telemetry: {
      executionEnded: (result, submitter) => reports.push({ id: result.id, status: result.status, ...submitter }),
      jobRedelivered: () => reports.push("redelivered"),
      leaseLost: () => reports.push("lost"),
      bugFound: (part) => reports.push({ bugOf: part }),
    },
    onBug: (error) => bugs.push(error),
  });
  open.push({ worker, queue, store });
  async function submit(execution = sampleExecution()): Promise<ExecutionResult> {
    const accepted = acceptanceOf(execution, { isKept: false, acceptedAtMs: time.nowMs });
    await store.accept(accepted);
    const done = store.whenDone(execution.id, { signal: new AbortController().signal });
    await queue.put({ ...accepted, requires: requirementsOf(execution) });
    return done;
  }
  return { ...held, worker, queue, store, submit, bugs, reports, time, node };
}

/** Lets everything run that is ready to. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test("runs at most one job in each slot, and the next when one is free", async () => {
  const { worker, queue, submit, running, started } = setUp(2);
  const results = [submit(), submit(), submit()];
  await started(2);
  await settle();
  expect([running.length, queue.depth(), worker.busySlots()]).toEqual([2, 1, 2]);
  running[0]?.end();
  await started(3);
  expect(queue.depth()).toBe(0);
  for (const { end } of running) end();
  await Promise.all(results);
  await settle();
  expect(worker.busySlots()).toBe(0);
});

test("a result says how long the job waited, how long all took, and where it ran", async () => {
  const { submit, running, started, time, node } = setUp(1);
  const first = submit();
  await started(1);
  const second = submit();
  time.nowMs += 250;
  running[0]?.end();
  await started(2);
  time.nowMs += 100;
  running[1]?.end();
  expect(await first).toMatchObject({ queuedMs: 0, totalMs: 250, node, status: "ok" });
  expect(await second).toMatchObject({ queuedMs: 250, totalMs: 350, node, id: running[1]?.execution.id });
});

test("cancelling a job aborts its execution, whose end is still told", async () => {
  const { queue, submit, running, started, reports } = setUp(1);
  const execution = sampleExecution();
  const result = submit(execution);
  await started(1);
  await queue.cancel(execution.id);
  expect(running[0]?.signal.aborted).toBe(true);
  running[0]?.end();
  const { id } = await result;
  await settle();
  expect(reports).toEqual([{ id, status: "ok", client: "ci", address: "127.0.0.1" }]);
});

test("closing finishes what runs and takes nothing more", async () => {
  const { worker, queue, store, submit, running, started } = setUp(1);
  const first = submit();
  await started(1);
  const second = submit();
  let isClosed = false;
  const closed = worker.close().then(() => {
    isClosed = true;
  });
  await settle();
  expect(isClosed).toBe(false);
  running[0]?.end();
  expect((await first).status).toBe("ok");
  await closed;
  expect([running.length, queue.depth()]).toEqual([1, 1]);
  const rejection = expect(second).rejects.toMatchObject({ code: "no_worker" });
  await store.close();
  await rejection;
});

test("a bug costs one job, is reported, and leaves the slot usable", async () => {
  const { submit, running, started, bugs, reports } = setUp(1);
  const first = submit();
  await started(1);
  const bug = new TypeError("a bug");
  running[0]?.fail(bug);
  expect(await first).toMatchObject({ status: "internal_error", compile: null, run: null });
  expect(bugs).toEqual([bug]);
  await settle();
  expect(reports).toMatchObject([{ bugOf: "worker" }, { status: "internal_error", client: "ci" }]);
  const second = submit();
  await started(2);
  running[1]?.end();
  expect((await second).status).toBe("ok");
});

test("a queue that is closed under a worker is reported once for each slot", async () => {
  const { worker, queue, bugs } = setUp(2);
  await queue.close();
  await settle();
  expect(bugs).toMatchObject([{ code: "no_worker" }, { code: "no_worker" }]);
  await worker.close();
});

test("what has its result already is not run: the job is removed, and nothing is told", async () => {
  const { queue, store, submit, running, started, reports } = setUp(1);
  const first = submit();
  await started(1);
  const cancelled = sampleExecution();
  const second = submit(cancelled);
  await settle();
  await store.cancel(cancelled.id);
  running[0]?.end();
  await Promise.all([first, second]);
  const third = submit();
  await started(2);
  running[1]?.end();
  await third;
  await settle();
  expect([running.length, queue.depth(), reports.length]).toEqual([2, 0, 2]);
});

test("a result that is not the first is told to nobody", async () => {
  const { store, submit, running, started, reports } = setUp(1);
  const execution = sampleExecution();
  const result = submit(execution);
  await started(1);
  // Another worker was given the job meanwhile, and has ended it.
  expect(await store.start(acceptanceOf(execution), nodeId(randomUUID()))).toMatchObject({ kind: "run", attempt: 2 });
  await store.complete(execution.id, 2, sampleResult(execution));
  running[0]?.end();
  await result;
  await settle();
  expect(reports).toEqual([]);
});

test("the third death of a worker is told by whoever finds it out", async () => {
  const { queue, store, reports, running } = setUp(1);
  const execution = sampleExecution();
  await store.accept(acceptanceOf(execution));
  for (let count = 0; count < 3; count += 1) await store.start(acceptanceOf(execution), nodeId(randomUUID()));
  await queue.put({ ...acceptanceOf(execution), requires: requirementsOf(execution) });
  await settle();
  expect(running).toEqual([]);
  expect(reports).toMatchObject([{ id: execution.id, status: "internal_error", client: "ci" }]);
});

/**
 * A worker that is given one lease, whose end the test decides.
 * @param options.recording decides, where it is given, how long a start takes to be recorded, and how that ends.
 */
async function workOnOneLease(
  options: {
    readonly isKept?: boolean;
    readonly events?: Pick<Events, "progressOf">;
    readonly recording?: Promise<Start>;
  } = {},
) {
  const { isKept = true, events, recording } = options;
  const execution = sampleExecution();
  const { engine, running, started } = createHeldEngine();
  const store = createScratchStore({ nowMs: () => 0 });
  await store.accept(acceptanceOf(execution, { isKept }));
  const calls: string[] = [];
  const cancelling = new AbortController();
  const lease = {
    job: { ...acceptanceOf(execution), requires: requirementsOf(execution) },
    cancelled: cancelling.signal,
    extendEveryMs: 1,
    mayRunAhead: recording !== undefined,
    extend: async () => void calls.push("extend"),
    ack: async () => void calls.push("ack"),
    handBack: async () => void calls.push("handBack"),
  };
  const leases = [lease];
  const worker = createWorker({
    queue: {
      take: async ({ signal }) =>
        leases.shift() ?? new Promise((_, reject) => signal.addEventListener("abort", reject)),
    },
    store: recording === undefined ? store : { ...store, start: () => recording },
    offers: new Set(),
    ...(events && { events }),
    engine,
    slots: 1,
    nodeId: nodeId(randomUUID()),
    isolation: "full",
    clock: { nowMs: () => 0 },
    log: { error: () => undefined },
    telemetry: {
      executionEnded: () => undefined,
      jobRedelivered: () => undefined,
      leaseLost: () => void calls.push("lost"),
      bugFound: () => undefined,
    },
    onBug: () => undefined,
  });
  await started(1);
  const ends = () => calls.filter((call) => call !== "extend" && call !== "lost");
  return { worker, store, execution, running, calls, ends, cancelling };
}

test("a lease is extended for as long as its execution runs", async () => {
  const { worker, running, calls, ends } = await workOnOneLease();
  await expect.poll(() => calls.length).toBeGreaterThan(2);
  running[0]?.end();
  await expect.poll(ends).toEqual(["ack"]);
  await worker.close();
  expect(ends()).toEqual(["ack"]);
});

test("whoever may follow an execution is told when its worker has done with it; of one that its client waits for, nobody is", async () => {
  for (const isKept of [true, false]) {
    const told: string[] = [];
    const events = {
      progressOf(id: ExecutionId, _node: NodeId, over: Promise<unknown>) {
        told.push(id);
        void over.then(() => told.push("over"));
        return null;
      },
    };
    const { worker, execution, running, ends } = await workOnOneLease({ isKept, events });
    expect(told).toEqual(isKept ? [execution.id] : []);
    running[0]?.end();
    await expect.poll(ends).toEqual(["ack"]);
    expect(told).toEqual(isKept ? [execution.id, "over"] : []);
    await worker.close();
  }
});

test("a job that nobody had before runs while its start is recorded, and has its result after that", async () => {
  const { promise: recording, resolve: record } = Promise.withResolvers<Start>();
  const { worker, store, execution, running, ends } = await workOnOneLease({ recording });
  running[0]?.end();
  await settle();
  expect(ends()).toEqual([]);
  const start = await store.start(acceptanceOf(execution), nodeId(randomUUID()));
  record(start);
  await expect.poll(ends).toEqual(["ack"]);
  expect(await store.find(execution.id)).toMatchObject({ state: { kind: "done", result: { status: "ok" } } });
  await worker.close();
});

test("what begins to run while somebody cancels it is killed, and has no other result", async () => {
  const { promise: recording, resolve: record } = Promise.withResolvers<Start>();
  const { worker, store, execution, running, ends } = await workOnOneLease({ recording });
  await store.cancel(execution.id);
  record(await store.start(acceptanceOf(execution), nodeId(randomUUID())));
  await expect.poll(() => running[0]?.signal.aborted).toBe(true);
  expect(ends()).toEqual([]);
  running[0]?.end();
  await expect.poll(ends).toEqual(["ack"]);
  expect(await store.find(execution.id)).toMatchObject({ state: { kind: "done", result: { status: "cancelled" } } });
  await worker.close();
});

test("a start that cannot be recorded ends the run; the job comes again by itself", async () => {
  const { promise: recording, reject } = Promise.withResolvers<Start>();
  const { worker, store, execution, running, ends } = await workOnOneLease({ recording });
  reject(new EngineError("no_worker", "The broker cannot be reached"));
  await expect.poll(() => running[0]?.signal.aborted).toBe(true);
  running[0]?.endAs("cancelled");
  await worker.close();
  expect(ends()).toEqual([]);
  expect(await store.find(execution.id)).toMatchObject({ state: { kind: "queued", starts: 0 } });
});

test("what is killed because its lease was lost is not cancelled: it waits for its next start", async () => {
  const { worker, store, execution, running, calls, ends, cancelling } = await workOnOneLease();
  cancelling.abort(new LeaseLost("in vain"));
  expect(running[0]?.signal.aborted).toBe(true);
  running[0]?.endAs("cancelled");
  await expect.poll(ends).toEqual(["handBack"]);
  expect(calls).toContain("lost");
  expect(await store.find(execution.id)).toMatchObject({ state: { kind: "queued", starts: 0 } });
  await worker.close();
});

test("what is abandoned is killed and given back, and does not count as a start; what was cancelled is not given back", async () => {
  const { worker, queue, store, submit, running, started, reports } = setUp(2);
  const [first, second] = [sampleExecution(), sampleExecution()];
  submit(first).catch(() => undefined);
  const cancelled = submit(second);
  await started(2);
  await store.cancel(second.id);
  await queue.cancel(second.id);
  worker.abandon();
  for (const { signal, endAs } of running) {
    expect(signal.aborted).toBe(true);
    endAs("cancelled");
  }
  await worker.close();
  expect(await store.find(first.id)).toMatchObject({ state: { kind: "queued", starts: 0 } });
  expect(queue.depth()).toBe(1);
  expect(await cancelled).toMatchObject({ status: "cancelled" });
  expect(reports).toMatchObject([{ id: second.id, status: "cancelled" }]);
});

test("what ends well before it is killed has its result", async () => {
  const { worker, submit, running, started } = setUp(1);
  const result = submit();
  await started(1);
  worker.abandon();
  running[0]?.end();
  expect((await result).status).toBe("ok");
  await worker.close();
});
