/**
 * What the way through the broker costs. Without boxes: jobs that do nothing, one gateway process, one NATS server, two
 * worker processes. With them, as root: a whole run over HTTP, against one process that is everything. Prints what
 * docs/scaling.md has.
 *
 * Usage: npm run bench:cluster
 */
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connectBroker } from "../src/broker/broker.ts";
import { ensureLayout } from "../src/broker/layout.ts";
import { systemClock } from "../src/domain/clock.ts";
import type { Execution } from "../src/domain/execution.ts";
import { type NodeId, nodeId } from "../src/domain/ids.ts";
import { requirementsOf } from "../src/domain/requirement.ts";
import { sampleExecution, sampleResult } from "../src/domain/sample-execution.test-support.ts";
import { createEmbeddedQueue } from "../src/queue/embedded/embedded-queue.ts";
import { createNatsQueue } from "../src/queue/nats/nats-queue.ts";
import type { Queue } from "../src/queue/queue.ts";
import { createEmbeddedStore } from "../src/store/embedded/embedded-store.ts";
import { createNatsStore } from "../src/store/nats/nats-store.ts";
import type { Store } from "../src/store/store.ts";
import { startNatsServer } from "../test/support/nats-server.ts";
import { measureNatsRun } from "./measurements/nats-run.ts";
import { readCpu } from "./processes.ts";
import { createSetup } from "./setup.ts";
import { formatTable } from "./table.ts";

const WORKERS = 2;
const SLOTS_PER_WORKER = 32;
const CLIENTS = 128;
const SATURATED_MS = 6_000;
const IDLE_RUNS = 500;
const SHALLOW = 100;
const DEEP = 100_000;
const CAPACITY = 200_000;
const SUBMITTER = { client: null, address: null };

const [role, url] = process.argv.slice(2);
if (role === "worker") await work(String(url));
else await measure();

interface Ends {
  readonly queue: Queue;
  readonly store: Store;
}

async function join(servers: string): Promise<Ends & { close(): Promise<void> }> {
  const broker = await connectBroker({ servers: [servers], name: "bench" });
  const layout = await ensureLayout(broker, { replicas: 1, capacity: CAPACITY, keepMs: 600_000 });
  const queue = await createNatsQueue({ broker, layout, clock: systemClock, log: console });
  const store = createNatsStore({ broker, layout, clock: systemClock });
  return {
    queue,
    store,
    async close() {
      await queue.close();
      await store.close();
      await broker.close();
    },
  };
}

/** Nothing is made of it: no worker here has boxes. */
function newExecution(): Execution {
  return sampleExecution("print(6*7)");
}

/** Takes jobs and says at once that they are done. */
async function fillSlot({ queue, store }: Ends, node: NodeId, signal: AbortSignal): Promise<void> {
  const offers = new Set(requirementsOf(newExecution()));
  while (!signal.aborted) {
    const lease = await queue.take({ signal, offers }).catch(() => null);
    if (lease === null) return;
    const { execution } = lease.job;
    const start = await store.start(lease.job, node);
    if (start.kind === "run") await store.complete(execution.id, start.attempt, sampleResult(execution));
    await lease.ack();
  }
}

async function work(servers: string): Promise<void> {
  const ends = await join(servers);
  const stopped = new AbortController();
  process.once("message", () => stopped.abort());
  process.send?.("ready");
  const node = nodeId(randomUUID());
  await Promise.all(Array.from({ length: SLOTS_PER_WORKER }, () => fillSlot(ends, node, stopped.signal)));
  await ends.close();
  process.disconnect();
}

/** From its arrival at the gateway to its result there. @param isKept as one that is answered 202. */
async function runOne({ queue, store }: Ends, { isKept = false } = {}): Promise<void> {
  const accepted = { execution: newExecution(), submitter: SUBMITTER, acceptedAtMs: systemClock.nowMs() };
  await store.accept({ ...accepted, isKept, idempotency: null, webhook: null });
  const done = store.whenDone(accepted.execution.id, { signal: new AbortController().signal });
  await queue.put({ ...accepted, isKept, requires: requirementsOf(accepted.execution) });
  await done;
}

async function medianMs(ends: Ends): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < IDLE_RUNS; run += 1) {
    const startedAtMs = performance.now();
    await runOne(ends);
    times.push(performance.now() - startedAtMs);
  }
  return times.toSorted((a, b) => a - b)[IDLE_RUNS / 2] ?? 0;
}

/** What passes, and what a job costs which processes, in microseconds, while there are always as many under way as there are clients. */
async function saturate(
  ends: Ends,
  { isKept, pids }: { readonly isKept: boolean; readonly pids: Readonly<Record<string, readonly number[]>> },
): Promise<{ readonly perSecond: number; readonly costs: Readonly<Record<string, number>> }> {
  let count = 0;
  const readAll = () => Object.values(pids).map((ofPart) => ofPart.reduce((sum, pid) => sum + readCpu(pid).cpuMs, 0));
  const before = readAll();
  const endAtMs = performance.now() + SATURATED_MS;
  const client = async () => {
    while (performance.now() < endAtMs) {
      await runOne(ends, { isKept });
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const costs = readAll().map((cpuMs, index) => (1_000 * (cpuMs - (before[index] ?? 0))) / count);
  const byPart = Object.fromEntries(Object.keys(pids).map((part, index) => [part, costs[index] ?? 0]));
  return { perSecond: Math.round(count / (SATURATED_MS / 1_000)), costs: byPart };
}

/** Like `gateway 50, broker 90`. */
function inWords(costs: Readonly<Record<string, number>>, format: (us: number) => string): string {
  return Object.entries(costs)
    .map(([part, us]) => `${part} ${format(us)}`)
    .join(", ");
}

/** What a job costs while so many wait, milliseconds: all of them are put first, then workers take the first of them. */
async function msPerJobAt(servers: string, depth: number): Promise<number> {
  const ends = await join(servers);
  const putting = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let number = client; number < depth; number += CLIENTS) {
      const execution = newExecution();
      const job = { execution, submitter: SUBMITTER, acceptedAtMs: systemClock.nowMs(), isKept: false };
      await ends.queue.put({ ...job, requires: requirementsOf(execution) });
    }
  });
  await Promise.all(putting);
  const measured = Math.min(depth, 5_000);
  const stopped = new AbortController();
  let taken = 0;
  const startedAtMs = performance.now();
  const offers = new Set(requirementsOf(newExecution()));
  const slot = async () => {
    while (taken < measured) {
      taken += 1;
      await (await ends.queue.take({ signal: stopped.signal, offers })).ack();
    }
  };
  await Promise.all(Array.from({ length: SLOTS_PER_WORKER }, slot));
  const ms = (performance.now() - startedAtMs) / measured;
  await ends.close();
  return ms;
}

async function withEmbedded<Value>(measureIt: (ends: Ends) => Promise<Value>): Promise<Value> {
  const queue = createEmbeddedQueue({ capacity: CAPACITY, clock: systemClock });
  const store = createEmbeddedStore({
    clock: systemClock,
    openFile: () => {
      throw new Error("nothing is kept here");
    },
    onTrouble: console.error,
  });
  const stopped = new AbortController();
  const slots = [fillSlot({ queue, store }, nodeId(randomUUID()), stopped.signal)];
  const value = await measureIt({ queue, store });
  stopped.abort();
  await Promise.all(slots);
  return value;
}

async function measure(): Promise<void> {
  const broker = await startNatsServer();
  const workers: ChildProcess[] = [];
  try {
    const shallowMs = await msPerJobAt(broker.url, SHALLOW);
    const deepMs = await msPerJobAt(broker.url, DEEP);
    print("a job at the queue while 100 wait", `${shallowMs.toFixed(3)} ms`);
    print("the same while 100,000 wait", `${deepMs.toFixed(3)} ms (${(deepMs / shallowMs).toFixed(2)} x)`);
  } finally {
    await broker.stop();
  }

  const second = await startNatsServer();
  try {
    const ends = await join(second.url);
    for (let number = 0; number < WORKERS; number += 1) {
      const worker = fork(new URL(import.meta.url).pathname, ["worker", second.url]);
      workers.push(worker);
      await once(worker, "message");
    }
    await runOne(ends);
    const embeddedMs = await withEmbedded(medianMs);
    const natsMs = await medianMs(ends);
    print("embedded, idle, p50", `${embeddedMs.toFixed(3)} ms`);
    print("NATS, idle, p50", `${natsMs.toFixed(3)} ms: ${(natsMs - embeddedMs).toFixed(3)} ms more`);
    const pids = { gateway: [process.pid], broker: [second.pid()], workers: workers.map(({ pid }) => Number(pid)) };
    for (const isKept of [false, true]) {
      const { perSecond, costs } = await saturate(ends, { isKept, pids });
      const kind = isKept ? "answered 202" : "waited for";
      print(`NATS, ${CLIENTS} clients, ${kind}`, `${perSecond} jobs/s`);
      print(
        "  processor time of a job, µs",
        inWords(costs, (us) => us.toFixed(0)),
      );
      print(
        "  processors for 10,000 jobs/s",
        inWords(costs, (us) => (us / 100).toFixed(1)),
      );
    }
    await ends.close();
  } finally {
    for (const worker of workers) {
      worker.send("stop");
      await once(worker, "exit");
    }
    await second.stop();
  }

  if (process.getuid?.() !== 0) return;
  const setup = await createSetup({ leakRuns: 0, onlyLanguages: [] });
  try {
    console.log(formatTable(await measureNatsRun(setup)));
  } finally {
    await setup.close();
  }
}

function print(what: string, value: string): void {
  console.log(`${what.padEnd(38)} ${value}`);
}
