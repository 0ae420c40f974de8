import type { Execution, Submitter } from "../domain/execution.ts";
import type { ExecutionId } from "../domain/ids.ts";
import type { Requirement } from "../domain/requirement.ts";

/** An execution as a queued message. */
export interface Job {
  readonly execution: Execution;
  /** What a worker has to have to take it. */
  readonly requires: readonly Requirement[];
  readonly submitter: Submitter;
  /** Milliseconds since the epoch at which it was accepted. */
  readonly acceptedAtMs: number;
  /** Whether clients may ask for its execution later; false for one whose client waits. */
  readonly isKept: boolean;
  /** The span that its request began, for whoever traces it; absent when nobody does. */
  readonly traceparent?: string | undefined;
}

/** Why a lease ended of which nobody said so: it was not extended in time. The job comes again by itself. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** A job that a worker has taken. Exactly one of `ack` and `handBack` ends it; each rejects when it has ended already. */
export interface Lease {
  readonly job: Job;
  /**
   * Aborts when somebody cancelled the job: nobody wants what its holder makes of it. Aborts with a {@link LeaseLost} when
   * the lease was not extended in time: the job may be another's by then, and its client still wants the result.
   */
  readonly cancelled: AbortSignal;
  /** How often it has to be extended, milliseconds; null for a lease that lasts as long as its holder. */
  readonly extendEveryMs: number | null;
  /**
   * Whether its holder may run it while its start is still being recorded: its client waits, that takes a while, and it will be
   * granted, for nobody has had this job before. Only a cancel that crosses it can refuse it.
   */
  readonly mayRunAhead: boolean;
  extend(): Promise<void>;
  /** Removes the job: it has its result, or needs none. */
  ack(): Promise<void>;
  /** Gives the job back unharmed, to be taken before those that came after it; nothing is to be said of one that was lost. */
  handBack(): Promise<void>;
}

/**
 * Where jobs wait. At-least-once: a job whose lease ends without a word comes again, so that a worker asks the store before
 * it starts one. Jobs with the same requirements are a class; one class's backlog never delays or refuses another's.
 */
export interface Queue {
  /**
   * Resolves when the queue has the job, for good as far as it keeps anything for good. One that it has already is not put
   * twice.
   * @param options.isAccepted it was accepted before and is put once more: it is not refused for want of room.
   * @throws {EngineError} `queue_full` when as many jobs of its class wait as may; `no_worker` when the queue is closed.
   */
  put(job: Job, options?: { readonly isAccepted?: boolean }): Promise<void>;
  /**
   * Takes a job, waiting for one. Call it only with a free slot. Of the jobs of one class and priority the oldest comes
   * first; priorities take turns by `PRIORITY_TURNS`, classes of one priority one after another.
   * @param options.offers what the worker has: it gets only jobs that require nothing else.
   * Rejects with the signal's reason when aborted; with `no_worker` when the queue is closed.
   */
  take(options: { readonly signal: AbortSignal; readonly offers: ReadonlySet<Requirement> }): Promise<Lease>;
  /** Removes a job that waits; tells the holder of one that was taken. Does nothing when there is no such job. */
  cancel(id: ExecutionId): Promise<void>;
  /** Jobs waiting now. */
  depth(): number;
  /** How long the job that waits longest has waited, milliseconds; 0 when none waits. */
  oldestMs(): number;
  /** Rejects takes that wait. Jobs that wait are let go of: whoever accepted them knows them. */
  close(): Promise<void>;
}
