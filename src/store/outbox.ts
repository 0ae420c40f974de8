import type { ExecutionResult } from "../domain/execution.ts";
import type { ExecutionId } from "../domain/ids.ts";

/** Where a client wants to be told of a result. */
export interface Webhook {
  readonly url: string;
  /** What the message is signed with. */
  readonly secret: string;
}

/** A result that somebody is to be told of. */
export interface Delivery {
  readonly id: ExecutionId;
  readonly webhook: Webhook;
  /** null when it is no longer kept. */
  readonly result: ExecutionResult | null;
  /** Which try this is, from 1 on. */
  readonly attempt: number;
}

/** Results whose clients want to be told. What is in it outlives the process: each is delivered at least once, or dropped. */
export interface Outbox {
  /**
   * Takes deliveries that are due, those first that have been longest. One of which nothing is heard for `leaseMs` is due
   * again: whoever took it has ended.
   * @param options.exceptOrigins those whose deliveries are not wanted now, like `https://example.org`.
   */
  take(options: {
    readonly most: number;
    readonly leaseMs: number;
    readonly exceptOrigins: readonly string[];
  }): Promise<readonly Delivery[]>;
  /** It is due again after a while. */
  postpone(id: ExecutionId, byMs: number): Promise<void>;
  /** It is delivered, or given up. */
  remove(id: ExecutionId): Promise<void>;
  /** How many are not delivered yet, of executions that are done. */
  size(): number;
  /** @param listener called when one becomes due that nobody could expect. */
  onDue(listener: () => void): void;
}
