import type { Execution, ExecutionResult, Submitter } from "../domain/execution.ts";

/** An execution as a queued message. */
export interface Job {
  readonly execution: Execution;
  readonly submitter: Submitter;
  /** Milliseconds since the epoch at which it was put. */
  readonly putAtMs: number;
}

/** A job that a worker has taken. Exactly one of `ack` and `handBack` ends it. */
export interface Lease {
  readonly job: Job;
  /** Aborts when the client cancelled or is gone. */
  readonly cancelled: AbortSignal;
  /** Ends the job with its result. Only the first result of a job counts. */
  ack(result: ExecutionResult): Promise<void>;
  /** Gives the job back unharmed, for another worker to take. */
  handBack(): Promise<void>;
}

/** Where jobs wait. At-least-once; exactly one visible result. */
export interface Queue {
  /**
   * Queues an execution and waits for its result.
   * @param options.signal aborts when the client is gone: a job that waits never runs, and this rejects with the signal's
   * reason; one that runs is killed, and this still waits for its result.
   * @param options.submitter nobody in particular when absent.
   * @throws {EngineError} `queue_full` when it has no room.
   */
  submit(
    execution: Execution,
    options: { readonly signal: AbortSignal; readonly submitter?: Submitter },
  ): Promise<ExecutionResult>;
  /** Takes the oldest job, waiting for one. Call it only with a free slot. Rejects with the signal's reason when aborted. */
  take(options: { readonly signal: AbortSignal }): Promise<Lease>;
  /** Jobs waiting now. */
  depth(): number;
  /** How long the job that waits longest has waited, milliseconds; 0 when none waits. */
  oldestMs(): number;
  close(): Promise<void>;
}
