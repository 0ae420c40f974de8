import type { ErrorCode } from "../domain/errors.ts";
import type { Execution, ExecutionResult, Submitter } from "../domain/execution.ts";

/** An HTTP request that is over. */
export interface EndedRequest {
  readonly method: string;
  /** The route's pattern, like `/lang/:language`, never an address; null when there is none. */
  readonly route: string | null;
  /** The answer's status; null when the client hung up before it had all of it. */
  readonly status: number | null;
  readonly ms: number;
}

/** A request that was answered with an error. */
export interface RefusedRequest {
  readonly code: ErrorCode;
  /** Whether it asked for an execution. */
  readonly isForExecution: boolean;
  /** The execution that it had become by then, if any. */
  readonly execution: Pick<Execution, "id" | "language" | "version"> | null;
  readonly submitter: Submitter;
}

/** What the parts of the server report, each in its own words. Nothing of it throws or waits. */
export interface Telemetry {
  requestBegan(): void;
  requestEnded(request: EndedRequest): void;
  requestRefused(request: RefusedRequest): void;
  /** The client of an execution hung up while it waited: it never ran. */
  executionAbandoned(execution: Pick<Execution, "id" | "language" | "version">, submitter: Submitter): void;
  /** An execution has its result, whoever still wants it. */
  executionEnded(result: ExecutionResult, submitter: Submitter): void;
  /** A run whose box was lost is tried once more. */
  runRetried(): void;
  /** A job was started that had ended a worker before. */
  jobRedelivered(): void;
  /** A lease was not extended in time: its job may be another worker's. */
  leaseLost(): void;
  /** A result was delivered to whoever wanted to be told; or was not, and is tried again; or is given up. */
  webhookSent(outcome: "delivered" | "retried" | "dropped"): void;
  /** Something happened that only a bug explains; it is in the log. */
  bugFound(part: "gateway" | "worker" | "process"): void;
}
