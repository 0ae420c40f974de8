import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import type { Execution } from "../domain/execution.ts";
import { nodeId } from "../domain/ids.ts";
import type { Engine, ExecutionOutcome } from "../engine/engine.ts";
import { sampleExecution } from "../queue/conformance.test-support.ts";
import { createEmbeddedQueue } from "../queue/embedded/embedded-queue.ts";
import type { Queue } from "../queue/queue.ts";
import { createWorker, type Worker } from "./worker.ts";

const ok: ExecutionOutcome = { status: "ok", compile: null, run: null };

/** An engine whose executions end when the test says so. */
function createHeldEngine() {
  const running: { execution: Execution; signal: AbortSignal; end(): void; fail(error: unknown): void }[] = [];
  let wake: () => void = () => undefined;
  const engine: Engine = {
    execute(execution, { signal }) {
      const { promise, resolve, reject } = Promise.withResolvers<ExecutionOutcome>();
      running.push({ execution, signal, end: () => resolve(ok), fail: reject });
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

const open: { worker: Worker; queue: Queue }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(async ({ worker, queue }) => [await worker.close(), await queue.close()]));
});

function setUp(slots: number) {
  const held = createHeldEngine();
  const time = { nowMs: 1_000 };
  const clock = { nowMs: () => time.nowMs };
  const queue = createEmbeddedQueue({ capacity: 10, clock });
  const bugs: unknown[] = [];
  const reports: object[] = [];
  const node = nodeId(randomUUID());
  const worker = createWorker({
    queue,
    engine: held.engine,
    slots,
    nodeId: node,
    clock,
    log: { error: () => undefined },
    telemetry: {
      executionEnded: (result, submitter) => reports.push({ id: result.id, status: result.status, ...submitter }),
      bugFound: (part) => reports.push({ bugOf: part }),
    },
    onBug: (error) => bugs.push(error),
  });
  open.push({ worker, queue });
  const submit = (signal = new AbortController().signal) => {
    return queue.submit(sampleExecution(), { signal, submitter: { client: "ci", address: "127.0.0.1" } });
  };
  return { ...held, worker, queue, submit, bugs, reports, time, node };
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

test("a client that hangs up aborts the execution of its job, whose end is still told", async () => {
  const { submit, running, started, reports } = setUp(1);
  const hangUp = new AbortController();
  const result = submit(hangUp.signal);
  await started(1);
  hangUp.abort(new Error("gone"));
  expect(running[0]?.signal.aborted).toBe(true);
  running[0]?.end();
  const { id } = await result;
  await settle();
  expect(reports).toEqual([{ id, status: "ok", client: "ci", address: "127.0.0.1" }]);
});

test("closing finishes what runs and takes nothing more", async () => {
  const { worker, queue, submit, running, started } = setUp(1);
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
  await queue.close();
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
