import { JetStreamApiError } from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import { LRUCache } from "lru-cache";
import type { Broker } from "../../broker/broker.ts";
import {
  ACCEPTED_HEADER,
  cancelSubject,
  consumerOf,
  DEAD,
  isNewJob,
  JOBS,
  type JobClass,
  jobSubject,
  type Layout,
  LEASE_MS,
} from "../../broker/layout.ts";
import { createPayloads, UnreadableMessage } from "../../broker/payloads.ts";
import { persist } from "../../broker/persist.ts";
import { executionIdSchema, jobSchema } from "../../broker/wire.ts";
import type { Clock } from "../../domain/clock.ts";
import { EngineError, stopping } from "../../domain/errors.ts";
import { PRIORITIES, type Priority } from "../../domain/execution.ts";
import type { ExecutionId } from "../../domain/ids.ts";
import type { Requirement } from "../../domain/requirement.ts";
import { createPriorityTurns } from "../priority-turns.ts";
import { type Job, type Lease, LeaseLost, type Queue } from "../queue.ts";
import { createBacklog } from "./backlog.ts";
import { createJobClasses } from "./job-classes.ts";
import { createPulls, type Delivery } from "./pulls.ts";

interface Taker {
  readonly offers: ReadonlySet<Requirement>;
  readonly resolve: (lease: Lease) => void;
  readonly reject: (reason: unknown) => void;
  /** Whoever asked wants nothing any more. */
  isGone: boolean;
}

/** A job that this process has taken. */
interface Held {
  /** Tells its holder that nobody wants it, or that it may be another's. */
  readonly controller: AbortController;
  /** Milliseconds of `performance.now()`. */
  extendedAtMs: number;
}

/** A queue at a broker. What this process takes is the process's until its lease ends. */
export interface NatsQueue extends Queue {
  /** Asks the broker how many jobs wait, for `depth` and `oldestMs`; they say what it said last. */
  look(): Promise<void>;
  /** How many jobs were taken more than once, as this process saw it. */
  redeliveries(): number;
}

/** How many of the jobs put here are remembered, so that they can be removed when they are cancelled. */
const MOST_REMEMBERED = 100_000;

/** A job of a newer version is left for a newer worker for so long, milliseconds. */
const NOT_FOR_US_MS = 1_000;

const QUEUE_FULL = 10_077;

/** What was accepted is surely at the broker by then, milliseconds; clocks of different hosts may differ by as much. */
const PUT_WITHIN_MS = 60_000;

/**
 * @param options.lookEveryMs how often the broker is asked what waits.
 */
export async function createNatsQueue(options: {
  readonly broker: Broker;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
  readonly lookEveryMs?: number;
  /** How many jobs others have taken, as far as this process knows. */
  readonly takenElsewhere?: () => number;
  /** Hears of a job that nobody can read, and what those of its class require; until then it stays in the queue. */
  readonly onUnreadable?: (id: ExecutionId, requires: readonly Requirement[]) => Promise<void>;
}): Promise<NatsQueue> {
  const { broker, layout, clock, log, lookEveryMs = 1_000, takenElsewhere = () => 0 } = options;
  const { onUnreadable = async () => undefined } = options;
  const { connection, jetStream, streams } = broker;
  const payloads = createPayloads(layout.payloads);
  const takers = new Set<Taker>();
  const held = new Map<ExecutionId, Set<Held>>();
  /** Where jobs that were put here are in the stream. */
  const places = new LRUCache<ExecutionId, number>({ max: MOST_REMEMBERED });
  const sources = new Map<string, { readonly priority: Priority; readonly requires: readonly Requirement[] }>();
  const choose = createChoice(sources);
  let redeliveries = 0;
  let isClosed = false;

  const pulls = createPulls({
    broker,
    stream: JOBS,
    wanted(consumer) {
      if (consumer === null) return takers.size;
      let count = 0;
      for (const taker of takers) if (canTake(taker, consumer)) count += 1;
      return count;
    },
    choose,
    onDelivery: (delivery) => {
      receive(delivery).catch((err: unknown) => {
        // It comes again when its lease ends.
        log.warn({ err, sequence: delivery.sequence }, "a message of the queue could not be dealt with");
      });
    },
  });
  const classes = await createJobClasses({
    broker,
    layout,
    payloads,
    onClass(jobClass, requires) {
      for (const priority of PRIORITIES) {
        sources.set(consumerOf(jobClass, priority), { priority, requires });
        pulls.add(consumerOf(jobClass, priority));
      }
    },
  });
  const backlog = createBacklog({
    broker,
    clock,
    everyMs: lookEveryMs,
    taken: () => countLeases() + takenElsewhere(),
    onBacklog: pulls.note,
  });
  const cancels = connection.subscribe(cancelSubject("*"), {
    callback: (error, message) => {
      // Whoever only sends jobs may not hear of it, and need not.
      if (error !== null) return;
      abandon(message.subject.slice(cancelSubject("*").length - 1) as ExecutionId);
    },
  });

  /** Nobody wants what the holder of this job makes of it. The job itself is gone from the stream, or goes soon. */
  function abandon(id: ExecutionId): void {
    for (const { controller } of held.get(id) ?? []) controller.abort(new Error("it was cancelled"));
  }

  /** How many of the jobs in the stream are this process's. One whose holder was silent for a lease is not, and is let go of. */
  function countLeases(): number {
    const silentBeforeMs = performance.now() - LEASE_MS;
    let count = 0;
    for (const [id, ofId] of held) {
      for (const one of ofId) {
        if (one.extendedAtMs < silentBeforeMs) letGo(id, one);
        else if (!one.controller.signal.aborted) count += 1;
      }
    }
    return count;
  }

  function letGo(id: ExecutionId, one: Held): void {
    const ofId = held.get(id);
    ofId?.delete(one);
    if (ofId?.size === 0) held.delete(id);
  }

  function canTake({ offers }: Taker, consumer: string): boolean {
    return fits(sources.get(consumer)?.requires ?? [], offers);
  }

  async function receive(delivery: Delivery): Promise<void> {
    const deliveredAtMs = performance.now();
    if (delivery.deliveries > 1) redeliveries += 1;
    const { consumer } = delivery;
    const taker = [...takers].find((one) => canTake(one, consumer));
    if (taker === undefined) return giveBack(delivery);
    // It is this job's while the job is looked at, which takes a moment.
    takers.delete(taker);
    try {
      const job = await payloads.unpack(jobSchema, delivery.data);
      if (!taker.isGone) return taker.resolve(leaseOf(job, delivery, deliveredAtMs));
      giveBack(delivery);
    } catch (error) {
      if (!taker.isGone) takers.add(taker);
      await putAside(delivery, error);
      pulls.pump();
    }
  }

  function giveBack(delivery: Delivery): void {
    delivery.giveBack();
    pulls.note(delivery.consumer, 1);
  }

  /** What nobody can read would come again for ever. */
  async function putAside(delivery: Delivery, error: unknown): Promise<void> {
    if (!(error instanceof UnreadableMessage)) {
      log.warn({ err: error, sequence: delivery.sequence }, "a job could not be read; it is tried again");
      return delivery.giveBack(NOT_FOR_US_MS);
    }
    if (error.isNewer) return delivery.giveBack(NOT_FOR_US_MS);
    log.warn(
      { err: error, sequence: delivery.sequence },
      `a message is no job: it is put aside, in the stream ${DEAD}`,
    );
    const reason = headers();
    reason.set("Millrace-Reason", error.message);
    await persist(() => jetStream.publish("dead.unreadable", delivery.data, { headers: reason }));
    const id = executionIdSchema.safeParse(delivery.messageId);
    if (id.success) await onUnreadable(id.data, sources.get(delivery.consumer)?.requires ?? []);
    delivery.ack();
  }

  /** @param deliveredAtMs milliseconds of `performance.now()`: a payload may have taken a while since. */
  function leaseOf(job: Job, delivery: Delivery, deliveredAtMs: number): Lease {
    const { id } = job.execution;
    const controller = new AbortController();
    const one: Held = { controller, extendedAtMs: deliveredAtMs };
    const isSurelyOurs = performance.now() - deliveredAtMs < LEASE_MS;
    const isFirst = delivery.deliveries === 1 && isNewJob(delivery.subject);
    let isEnded = false;
    held.set(id, (held.get(id) ?? new Set()).add(one));

    function end(): void {
      if (isEnded) throw new Error(`the lease of ${id} has already ended`);
      isEnded = true;
      letGo(id, one);
    }
    return {
      job,
      cancelled: controller.signal,
      extendEveryMs: LEASE_MS / 4,
      mayRunAhead: !job.isKept && isFirst && isSurelyOurs,
      async extend() {
        if (isEnded) return;
        const nowMs = performance.now();
        if (nowMs - one.extendedAtMs > LEASE_MS) {
          controller.abort(new LeaseLost("the lease was lost: it was not extended in time"));
        }
        if (!broker.isConnected()) return;
        delivery.extend();
        one.extendedAtMs = nowMs;
      },
      async ack() {
        end();
        delivery.ack();
      },
      async handBack() {
        end();
        // It may be another's by then, who would be deprived of it.
        if (!(controller.signal.reason instanceof LeaseLost)) giveBack(delivery);
        pulls.pump();
      },
    };
  }

  /** Whether the stream may still have a job that was accepted a while ago: jobs of a class leave it in order, more or less. */
  async function mayHave(jobClass: JobClass, { execution: { id, priority }, acceptedAtMs }: Job): Promise<boolean> {
    const again = await streams.direct.getMessage(JOBS, { last_by_subj: jobSubject(jobClass, priority, id) });
    if (again !== null) return true;
    const oldest = await streams.direct.getMessage(JOBS, {
      seq: 1,
      next_by_subj: jobSubject(jobClass, priority, null),
    });
    return oldest !== null && oldest.time.getTime() <= acceptedAtMs + PUT_WITHIN_MS;
  }

  return {
    async put(job, { isAccepted = false } = {}) {
      if (isClosed) throw stopping();
      const { id, priority } = job.execution;
      const jobClass = await classes.ensure(job.requires);
      const isOld = isAccepted && clock.nowMs() - job.acceptedAtMs > PUT_WITHIN_MS;
      if (isOld && (await mayHave(jobClass, job))) return;
      const subject = jobSubject(jobClass, priority, isAccepted ? id : null);
      const data = await payloads.pack(jobSchema, job, `job-${id}`);
      const accepted = headers();
      accepted.set(ACCEPTED_HEADER, String(job.acceptedAtMs));
      try {
        const { seq } = await persist(() => jetStream.publish(subject, data, { msgID: id, headers: accepted }));
        places.set(id, seq);
      } catch (error) {
        if (error instanceof JetStreamApiError && error.code === QUEUE_FULL) throw full(backlog.depth());
        throw error;
      }
      pulls.note(consumerOf(jobClass, priority), 1);
      pulls.pump();
    },

    async take({ signal, offers }) {
      signal.throwIfAborted();
      if (isClosed) throw stopping();
      const { promise, resolve, reject } = Promise.withResolvers<Lease>();
      const taker: Taker = { offers, resolve, reject, isGone: false };
      const stop = () => {
        taker.isGone = true;
        takers.delete(taker);
        reject(signal.reason);
      };
      signal.addEventListener("abort", stop, { once: true });
      takers.add(taker);
      pulls.pump();
      return promise.finally(() => signal.removeEventListener("abort", stop));
    },

    async cancel(id) {
      abandon(id);
      connection.publish(cancelSubject(id));
      const sequence = places.get(id);
      if (sequence === undefined) return;
      places.delete(id);
      await persist(() => streams.streams.deleteMessage(JOBS, sequence, false)).catch((error: unknown) => {
        // It has been taken and acknowledged in the meantime.
        if (!(error instanceof JetStreamApiError)) throw error;
      });
    },

    depth: backlog.depth,
    oldestMs: backlog.oldestMs,
    look: backlog.look,
    redeliveries: () => redeliveries,

    async close() {
      if (isClosed) return;
      isClosed = true;
      for (const taker of [...takers]) {
        taker.isGone = true;
        taker.reject(stopping());
      }
      takers.clear();
      backlog.close();
      classes.close();
      pulls.close();
      if (!connection.isClosed()) cancels.unsubscribe();
    },
  };
}

function fits(requires: readonly Requirement[], offers: ReadonlySet<Requirement>): boolean {
  return requires.length > 0 && requires.every((requirement) => offers.has(requirement));
}

/** Priorities take turns by their weights, and the classes of one priority one after another. */
function createChoice(
  sources: ReadonlyMap<string, { readonly priority: Priority }>,
): (consumers: readonly string[]) => string | null {
  const turns = createPriorityTurns();
  /** When each was last chosen, in choices. */
  const lastChosen = new Map<string, number>();
  let choices = 0;
  return (consumers) => {
    const priority = turns((one) => consumers.some((consumer) => sources.get(consumer)?.priority === one));
    const candidates = consumers.filter((consumer) => sources.get(consumer)?.priority === priority);
    const [first, ...others] = candidates;
    if (first === undefined) return null;
    const since = (consumer: string) => lastChosen.get(consumer) ?? -1;
    const chosen = others.reduce((best, consumer) => (since(consumer) < since(best) ? consumer : best), first);
    choices += 1;
    lastChosen.set(chosen, choices);
    return chosen;
  };
}

function full(jobs: number): EngineError {
  return new EngineError("queue_full", `${jobs} jobs are waiting; try again in a second`, { retryAfterSeconds: 1 });
}
