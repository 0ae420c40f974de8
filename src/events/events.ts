import type { ExecutionId, NodeId } from "../domain/ids.ts";
import type { Progress } from "../domain/progress.ts";
import type { ExecutionEvent, Position } from "./event-log.ts";

/** What a reader has had, and of which log. */
export interface ReadUpTo extends Position {
  readonly key: string;
}

/** An event, and what whoever is told of it has had with that. */
export interface Told {
  readonly event: ExecutionEvent;
  readonly upTo: ReadUpTo;
}

/** Reads what happens to one execution, one event after another, as fast as it is asked. */
export interface EventReader {
  /**
   * The next event; waits for one until `patience` aborts, and gives one that is there all the same.
   * @param after what the reader has had, null for nothing. Where that is of another log, this one is read from its beginning.
   * @returns null when there is none.
   */
  next(after: ReadUpTo | null, patience: AbortSignal): Promise<Told | null>;
}

/** What happens to executions, for whoever follows them and for whoever runs them. */
export interface Events {
  /** An execution that its client may follow was accepted; to be said before its job can be taken. */
  open(id: ExecutionId): void;
  follow(id: ExecutionId): EventReader;
  /**
   * For whoever runs one that may be followed.
   * @param over settles when it has done with it, however that ended.
   */
  progressOf(id: ExecutionId, node: NodeId, over: Promise<unknown>): Progress | null;
  close(): void;
}
