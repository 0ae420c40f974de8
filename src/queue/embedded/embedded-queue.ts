import type { Clock } from "../../domain/clock.ts";
import { EngineError } from "../../domain/errors.ts";
import type { Execution, ExecutionResult, Submitter } from "../../domain/execution.ts";
import type { Job, Lease, Queue } from "../queue.ts";
import { createThroughput } from "./throughput.ts";

/** A job, where it stands in line, and who waits for its result. */
interface Entry {
  readonly job: Job;
  readonly place: number;
  readonly cancelled: AbortSignal;
  readonly resolve: (result: ExecutionResult) => void;
  readonly reject: (reason: unknown) => void;
}

interface Taker {
  readonly resolve: (lease: Lease) => void;
  readonly reject: (reason: unknown) => void;
}

const NOBODY: Submitter = { client: null, address: null };

/**
 * A queue in this process's memory: first in, first out, and bounded. Nothing in it outlives the process, as nothing needs
 * to: whoever submitted waits for the result and sees the process die.
 * @param options.capacity the most jobs that may wait. Jobs that a worker has taken do not count, nor do those handed back.
 */
export function createEmbeddedQueue(options: { readonly capacity: number; readonly clock: Clock }): Queue {
  const { capacity, clock } = options;
  const throughput = createThroughput(clock);
  /** Sorted by place. A job waits only while no taker does. */
  const waiting: Entry[] = [];
  const takers = new Set<Taker>();
  let nextPlace = 0;
  let isClosed = false;

  /** Gives an entry to a taker, or a place among those that wait: behind all that came before it. */
  function enqueue(entry: Entry): void {
    const [taker] = takers;
    if (taker !== undefined) {
      takers.delete(taker);
      taker.resolve(leaseOf(entry));
      return;
    }
    let index = waiting.length;
    while (index > 0 && (waiting[index - 1] as Entry).place > entry.place) index -= 1;
    waiting.splice(index, 0, entry);
  }

  /** @returns whether it was waiting. */
  function forget(entry: Entry): boolean {
    const index = waiting.indexOf(entry);
    if (index !== -1) waiting.splice(index, 1);
    return index !== -1;
  }

  function leaseOf(entry: Entry): Lease {
    let isEnded = false;
    function end(): void {
      if (isEnded) throw new Error(`the lease of ${entry.job.execution.id} has already ended`);
      isEnded = true;
    }
    return {
      job: entry.job,
      cancelled: entry.cancelled,
      async ack(result) {
        end();
        throughput.count();
        entry.resolve(result);
      },
      async handBack() {
        end();
        if (entry.cancelled.aborted) entry.reject(entry.cancelled.reason);
        else if (isClosed) entry.reject(stopping());
        else enqueue(entry);
      },
    };
  }

  return {
    async submit(execution: Execution, { signal, submitter = NOBODY }) {
      signal.throwIfAborted();
      if (isClosed) throw stopping();
      if (takers.size === 0 && waiting.length >= capacity)
        throw full(waiting.length, throughput.secondsFor(waiting.length));
      const { promise, resolve, reject } = Promise.withResolvers<ExecutionResult>();
      const job = { execution, submitter, putAtMs: clock.nowMs() };
      const entry: Entry = { job, place: nextPlace, cancelled: signal, resolve, reject };
      nextPlace += 1;
      const cancel = () => {
        if (forget(entry)) reject(signal.reason);
      };
      signal.addEventListener("abort", cancel, { once: true });
      enqueue(entry);
      return promise.finally(() => signal.removeEventListener("abort", cancel));
    },

    async take({ signal }) {
      signal.throwIfAborted();
      if (isClosed) throw stopping();
      const entry = waiting.shift();
      if (entry !== undefined) return leaseOf(entry);
      const { promise, resolve, reject } = Promise.withResolvers<Lease>();
      const taker = { resolve, reject };
      const stop = () => {
        takers.delete(taker);
        reject(signal.reason);
      };
      signal.addEventListener("abort", stop, { once: true });
      takers.add(taker);
      return promise.finally(() => signal.removeEventListener("abort", stop));
    },

    depth: () => waiting.length,

    oldestMs() {
      const [oldest] = waiting;
      return oldest === undefined ? 0 : clock.nowMs() - oldest.job.putAtMs;
    },

    async close() {
      isClosed = true;
      for (const taker of takers) taker.reject(stopping());
      takers.clear();
      for (const entry of waiting.splice(0)) entry.reject(stopping());
    },
  };
}

function full(jobs: number, retryAfterSeconds: number): EngineError {
  return new EngineError("queue_full", `${jobs} jobs are waiting; try again in ${retryAfterSeconds} s`, {
    retryAfterSeconds,
  });
}

function stopping(): EngineError {
  return new EngineError("no_worker", "The server is stopping", { retryAfterSeconds: 1 });
}
