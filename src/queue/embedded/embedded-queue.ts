import type { Clock } from "../../domain/clock.ts";
import { EngineError, stopping } from "../../domain/errors.ts";
import type { Priority } from "../../domain/execution.ts";
import type { ExecutionId } from "../../domain/ids.ts";
import type { Requirement } from "../../domain/requirement.ts";
import { createPriorityTurns } from "../priority-turns.ts";
import type { Job, Lease, Queue } from "../queue.ts";
import { createLine, type Line } from "./line.ts";
import { createThroughput } from "./throughput.ts";

/** A job and where it stands in line. */
interface Entry {
  readonly job: Job;
  readonly place: number;
  readonly cancelled: AbortController;
  isLeased: boolean;
}

/** Jobs of one class, a line for each priority that has had any. */
interface JobClass {
  readonly requires: readonly Requirement[];
  readonly lines: Map<Priority, Line<Entry>>;
  /** When one of its jobs was taken last, in takes; of two classes the one with the lower is next. */
  takenAt: number;
}

interface Taker {
  readonly offers: ReadonlySet<Requirement>;
  readonly resolve: (lease: Lease) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A queue in this process's memory. Nothing in it outlives the process, as nothing needs to: the store knows what was
 * accepted, and whoever only waits sees the process die. A lease lasts as long as its holder, which is this process too.
 * @param options.capacity the most jobs of one class that may wait. Jobs that a worker has taken do not count, nor do those
 * that were handed back or accepted before.
 */
export function createEmbeddedQueue(options: { readonly capacity: number; readonly clock: Clock }): Queue {
  const { capacity, clock } = options;
  const throughput = createThroughput(clock);
  const turns = createPriorityTurns();
  /** Those that have a job waiting, by their requirements. */
  const classes = new Map<string, JobClass>();
  /** Those that no waiting job is for. */
  const takers = new Set<Taker>();
  /** Every job that waits or is leased. */
  const entries = new Map<ExecutionId, Entry>();
  let nextPlace = 0;
  let takes = 0;
  let isClosed = false;

  function classOf({ requires }: Job): JobClass {
    const name = requires.join();
    const known = classes.get(name);
    if (known !== undefined) return known;
    // It comes after those that wait already: else one whose jobs come singly would go first every time.
    const created: JobClass = { requires, lines: new Map(), takenAt: takes };
    classes.set(name, created);
    return created;
  }

  function lineOf(entry: Entry): Line<Entry> {
    const { lines } = classOf(entry.job);
    const { priority } = entry.job.execution;
    const line = lines.get(priority) ?? createLine<Entry>();
    lines.set(priority, line);
    return line;
  }

  /** A class without jobs is forgotten: requirements are as many as clients can think of. */
  function forgetEmptyClass({ requires, lines }: JobClass): void {
    for (const line of lines.values()) if (line.size() > 0) return;
    classes.delete(requires.join());
  }

  /** Gives an entry to a taker that has what it needs. @returns whether there was one. */
  function giveAway(entry: Entry): boolean {
    for (const taker of takers) {
      if (!covers(taker.offers, entry.job.requires)) continue;
      takers.delete(taker);
      taker.resolve(leaseOf(entry));
      return true;
    }
    return false;
  }

  function next(offers: ReadonlySet<Requirement>): Entry | undefined {
    const usable = Array.from(classes.values()).filter(({ requires }) => covers(offers, requires));
    const has = (jobs: JobClass, priority: Priority) => (jobs.lines.get(priority)?.size() ?? 0) > 0;
    const priority = turns((one) => usable.some((jobs) => has(jobs, one)));
    if (priority === null) return undefined;
    const candidates = usable.filter((jobs) => has(jobs, priority));
    const chosen = candidates.reduce((best, jobs) => (jobs.takenAt < best.takenAt ? jobs : best));
    takes += 1;
    chosen.takenAt = takes;
    const entry = chosen.lines.get(priority)?.shift();
    forgetEmptyClass(chosen);
    return entry;
  }

  function leaseOf(entry: Entry): Lease {
    let isEnded = false;
    entry.isLeased = true;
    function end(): void {
      if (isEnded) throw new Error("the lease has already ended");
      isEnded = true;
      entry.isLeased = false;
    }
    return {
      job: entry.job,
      cancelled: entry.cancelled.signal,
      extendEveryMs: null,
      mayRunAhead: false, // to record a start takes no time here
      extend: async () => undefined,
      async ack() {
        end();
        entries.delete(entry.job.execution.id);
        throughput.count();
      },
      async handBack() {
        end();
        if (entry.cancelled.signal.aborted || isClosed) entries.delete(entry.job.execution.id);
        else if (!giveAway(entry)) lineOf(entry).giveBack(entry);
      },
    };
  }

  function depthOf({ lines }: JobClass): number {
    return Array.from(lines.values()).reduce((sum, line) => sum + line.size(), 0);
  }

  function refuseWithoutRoom(job: Job): void {
    const jobs = classes.get(job.requires.join());
    const depth = jobs === undefined ? 0 : depthOf(jobs);
    if (depth >= capacity) throw full(depth, throughput.secondsFor(depth));
  }

  return {
    async put(job, { isAccepted = false } = {}) {
      if (isClosed) throw stopping();
      if (entries.has(job.execution.id)) return;
      const entry: Entry = { job, place: nextPlace, cancelled: new AbortController(), isLeased: false };
      nextPlace += 1;
      if (giveAway(entry)) {
        entries.set(job.execution.id, entry);
        return;
      }
      if (!isAccepted) refuseWithoutRoom(job);
      entries.set(job.execution.id, entry);
      lineOf(entry).add(entry);
    },

    async take({ signal, offers }) {
      signal.throwIfAborted();
      if (isClosed) throw stopping();
      const entry = next(offers);
      if (entry !== undefined) return leaseOf(entry);
      const { promise, resolve, reject } = Promise.withResolvers<Lease>();
      const taker: Taker = { offers, resolve, reject };
      const stop = () => {
        takers.delete(taker);
        reject(signal.reason);
      };
      signal.addEventListener("abort", stop, { once: true });
      takers.add(taker);
      return promise.finally(() => signal.removeEventListener("abort", stop));
    },

    async cancel(id) {
      const entry = entries.get(id);
      if (entry === undefined) return;
      entry.cancelled.abort(new Error("it was cancelled"));
      if (entry.isLeased) return;
      lineOf(entry).remove(entry);
      forgetEmptyClass(classOf(entry.job));
      entries.delete(id);
    },

    depth: () => Array.from(classes.values()).reduce((sum, jobs) => sum + depthOf(jobs), 0),

    oldestMs() {
      const lines = Array.from(classes.values()).flatMap((jobs) => Array.from(jobs.lines.values()));
      const oldest = Math.min(...lines.map((line) => line.first()?.job.acceptedAtMs ?? Number.POSITIVE_INFINITY));
      return oldest === Number.POSITIVE_INFINITY ? 0 : clock.nowMs() - oldest;
    },

    async close() {
      isClosed = true;
      for (const taker of takers) taker.reject(stopping());
      takers.clear();
      classes.clear();
      for (const [id, { isLeased }] of entries) if (!isLeased) entries.delete(id);
    },
  };
}

function covers(offers: ReadonlySet<Requirement>, requires: readonly Requirement[]): boolean {
  return requires.every((requirement) => offers.has(requirement));
}

function full(jobs: number, retryAfterSeconds: number): EngineError {
  return new EngineError("queue_full", `${jobs} jobs are waiting; try again in ${retryAfterSeconds} s`, {
    retryAfterSeconds,
  });
}
