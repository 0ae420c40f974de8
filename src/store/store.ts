import type { Execution, ExecutionResult, Submitter } from "../domain/execution.ts";
import type { ExecutionState } from "../domain/execution-state.ts";
import type { ExecutionId, NodeId } from "../domain/ids.ts";
import type { Webhook } from "./outbox.ts";

/** An execution as it is accepted. */
export interface Acceptance {
  readonly execution: Execution;
  readonly submitter: Submitter;
  /** Milliseconds since the epoch. */
  readonly acceptedAtMs: number;
  /**
   * True for one that its client will ask for later: it is kept until it expires, and no death of a process loses it. False
   * for one whose client waits: then it is gone with its result, or with whoever waited.
   */
  readonly isKept: boolean;
  readonly idempotency: IdempotencyClaim | null;
  /** Who is to be told of the result of one that is kept. */
  readonly webhook: Webhook | null;
}

/** What makes a request the same as an earlier one. */
export interface IdempotencyClaim {
  /** Whose key it is: the same key of somebody else is another one. */
  readonly scope: string;
  readonly key: string;
  /** A digest of the request: another one with the same key is a mistake. */
  readonly fingerprint: string;
}

export type Accepted =
  | { readonly kind: "new" }
  /** The request came before, and this is its execution. */
  | { readonly kind: "same"; readonly id: ExecutionId }
  /** The key was used for another request. Nothing is accepted. */
  | { readonly kind: "conflict" };

/** An execution as the store knows it. */
export interface ExecutionRecord {
  readonly id: ExecutionId;
  readonly language: string;
  readonly version: string;
  readonly submitter: Submitter;
  readonly acceptedAtMs: number;
  readonly state: ExecutionState;
}

/** An accepted execution that has no result yet: what a job is made of. */
export type UnfinishedExecution = Pick<Acceptance, "execution" | "submitter" | "acceptedAtMs">;

/** What a worker that holds a job is to do with it. */
export type Start =
  /** Run it. The attempt goes with whatever is said of it; of one that is kept, somebody may follow what happens. */
  | { readonly kind: "run"; readonly attempt: number; readonly isKept: boolean }
  /** Nothing, but to remove the job: it has its result, or was never accepted. */
  | { readonly kind: "done" }
  /** The same; that it is over was found out just now, and nobody else tells of it. */
  | { readonly kind: "ended"; readonly result: ExecutionResult };

/** Where executions and results are kept until they expire. Each has one result: the first that is stored. */
export interface Store {
  /**
   * Keeps an execution, queued. Whoever accepts one puts its job into the queue next.
   * @throws {EngineError} `store_full`; `no_worker` when the store is closed.
   */
  accept(acceptance: Acceptance): Promise<Accepted>;
  /** Forgets an execution that found no place in the queue, its idempotency key included. Who waits for it is refused. */
  withdraw(id: ExecutionId): Promise<void>;
  /** @returns "expired" for one whose result was kept and is not any longer; undefined for one that nobody knows. */
  find(id: ExecutionId): Promise<ExecutionRecord | "expired" | undefined>;
  /**
   * A worker that has its job is about to run it. One that was started three times, and whose workers all ended, ends here.
   */
  start(job: UnfinishedExecution, node: NodeId): Promise<Start>;
  /** The start does not count: the job goes back to the queue. Does nothing when the attempt is not the latest. */
  handBack(id: ExecutionId, attempt: number): Promise<void>;
  /**
   * @returns whether this is its result: false when it has one, or when the attempt is not the latest.
   * @throws {EngineError} `store_full`; it may be tried again.
   */
  complete(id: ExecutionId, attempt: number, result: ExecutionResult): Promise<boolean>;
  /**
   * Its client wants it no longer. One that is queued is done with that; what runs is for the queue to tell its worker.
   * @returns the state in which it was found; undefined when nobody knows it.
   */
  cancel(id: ExecutionId): Promise<ExecutionState["kind"] | undefined>;
  /**
   * The result, as soon as there is one. Of an execution that is not kept it can be had only by whoever asks before that.
   * Rejects with the signal's reason when aborted.
   * @throws {EngineError} `not_found` when nobody knows it; `expired`; `no_worker` when the store is closed before its end.
   */
  whenDone(id: ExecutionId, options: { readonly signal: AbortSignal }): Promise<ExecutionResult>;
  /** What was accepted to be kept and has no result, the oldest first: its jobs have to be in the queue. */
  unfinished(): AsyncIterable<UnfinishedExecution>;
  /**
   * What ended its workers and is not started any more, the latest last. It is kept for a day at least, so that somebody can
   * look into it.
   */
  dead(): AsyncIterable<UnfinishedExecution>;
  close(): Promise<void>;
}
