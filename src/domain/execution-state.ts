import type { Execution, ExecutionResult } from "./execution.ts";
import type { NodeId } from "./ids.ts";

/** Where an execution stands. Nothing but `transition` moves it. */
export type ExecutionState =
  | {
      readonly kind: "queued";
      /** How often it was started before, each time by a worker that ended without a word. */
      readonly starts: number;
    }
  | {
      readonly kind: "running";
      /** Which start this is, from 1 on. Whoever holds an earlier one has nothing to say any more. */
      readonly attempt: number;
      readonly node: NodeId;
      /** Its client wants it no longer: a result may still come, another start may not. */
      readonly isCancelled: boolean;
    }
  | { readonly kind: "done"; readonly result: ExecutionResult };

export type ExecutionEvent =
  /** A worker has its job and is about to run it. That it runs already says that an earlier worker ended without a word. */
  | { readonly kind: "start"; readonly node: NodeId; readonly endUnstarted: EndUnstarted }
  /** A worker gives it back unharmed: that start does not count. */
  | { readonly kind: "handBack"; readonly attempt: number; readonly endUnstarted: EndUnstarted }
  /** A worker has its result. */
  | { readonly kind: "complete"; readonly attempt: number; readonly result: ExecutionResult }
  /** Its client wants it no longer. */
  | { readonly kind: "cancel"; readonly endUnstarted: EndUnstarted }
  /** Nobody can make sense of its job: none will start it. */
  | { readonly kind: "giveUp"; readonly endUnstarted: EndUnstarted };

/** The result of an execution that nobody will start any more. */
export type EndUnstarted = (status: "cancelled" | "internal_error") => ExecutionResult;

/** How often an execution may end its worker before nobody runs it any more. */
export const MOST_STARTS = 3;

/**
 * The state after an event.
 * @returns null when the event changes nothing: it comes too late, or from a worker whose start is not the latest.
 */
export function transition(state: ExecutionState, event: ExecutionEvent): ExecutionState | null {
  if (state.kind === "done") return null;
  switch (event.kind) {
    case "start":
      return start(state, event);
    case "handBack":
      if (state.kind === "queued" || state.attempt !== event.attempt) return null;
      if (state.isCancelled) return done(event.endUnstarted("cancelled"));
      return { kind: "queued", starts: state.attempt - 1 };
    case "complete":
      if (state.kind === "queued" || state.attempt !== event.attempt) return null;
      return done(event.result);
    case "cancel":
      if (state.kind === "queued") return done(event.endUnstarted("cancelled"));
      return state.isCancelled ? null : { ...state, isCancelled: true };
    case "giveUp":
      // What runs had a job that could be read.
      return state.kind === "queued" ? done(event.endUnstarted("internal_error")) : null;
  }
}

type Unfinished = Exclude<ExecutionState, { readonly kind: "done" }>;

function start(state: Unfinished, { node, endUnstarted }: ExecutionEvent & { readonly kind: "start" }): ExecutionState {
  if (state.kind === "running" && state.isCancelled) return done(endUnstarted("cancelled"));
  const starts = state.kind === "queued" ? state.starts : state.attempt;
  if (starts >= MOST_STARTS) return done(endUnstarted("internal_error"));
  return { kind: "running", attempt: starts + 1, node, isCancelled: false };
}

function done(result: ExecutionResult): ExecutionState {
  return { kind: "done", result };
}

/** Makes the results of an execution that no worker tells of. */
export function unstartedEnds(
  execution: Pick<Execution, "id" | "language" | "version">,
  times: { readonly acceptedAtMs: number; readonly endedAtMs: number },
): EndUnstarted {
  const { id, language, version } = execution;
  const waitedMs = times.endedAtMs - times.acceptedAtMs;
  return (status) => ({
    id,
    status,
    language,
    version,
    compile: null,
    run: null,
    queuedMs: waitedMs,
    totalMs: waitedMs,
    node: null,
    isolation: null,
  });
}
