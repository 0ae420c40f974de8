import type { Clock } from "../../domain/clock.ts";
import { EngineError } from "../../domain/errors.ts";
import type { ExecutionResult } from "../../domain/execution.ts";
import { type ExecutionEvent, type ExecutionState, transition, unstartedEnds } from "../../domain/execution-state.ts";
import type { ExecutionId } from "../../domain/ids.ts";
import type { Acceptance, Store } from "../store.ts";

interface Entry {
  readonly acceptance: Acceptance;
  state: ExecutionState;
}

interface Waiter {
  readonly resolve: (result: ExecutionResult) => void;
  readonly reject: (reason: unknown) => void;
}

/** A store in this process's memory. */
export function createEmbeddedStore(options: { readonly clock: Clock }): Store {
  const { clock } = options;
  const entries = new Map<ExecutionId, Entry>();
  const waiters = new Map<ExecutionId, Set<Waiter>>();
  let isClosed = false;

  /** @returns the state after the event; null when it changed nothing. */
  function move(id: ExecutionId, entry: Entry, event: ExecutionEvent): ExecutionState | null {
    const next = transition(entry.state, event);
    if (next === null) return null;
    entry.state = next;
    if (next.kind === "done") {
      entries.delete(id);
      for (const { resolve } of waiters.get(id) ?? []) resolve(next.result);
    }
    return next;
  }

  function endsOf({ acceptance: { execution, acceptedAtMs } }: Entry) {
    return unstartedEnds(execution, { acceptedAtMs, endedAtMs: clock.nowMs() });
  }

  return {
    async accept(acceptance) {
      if (isClosed) throw stopping();
      entries.set(acceptance.execution.id, { acceptance, state: { kind: "queued", starts: 0 } });
      return { kind: "new" };
    },

    async withdraw(id) {
      entries.delete(id);
      for (const { reject } of waiters.get(id) ?? []) reject(unknown(id));
    },

    async find(id) {
      const entry = entries.get(id);
      if (entry === undefined) return undefined;
      const { execution, submitter, acceptedAtMs } = entry.acceptance;
      const { language, version } = execution;
      return { id, language, version, submitter, acceptedAtMs, state: entry.state };
    },

    async start({ execution: { id } }, node) {
      const entry = entries.get(id);
      if (entry === undefined) return { kind: "done" };
      const next = move(id, entry, { kind: "start", node, endUnstarted: endsOf(entry) });
      if (next?.kind === "running") return { kind: "run", attempt: next.attempt };
      return next?.kind === "done" ? { kind: "ended", result: next.result } : { kind: "done" };
    },

    async handBack(id, attempt) {
      const entry = entries.get(id);
      if (entry !== undefined) move(id, entry, { kind: "handBack", attempt, endUnstarted: endsOf(entry) });
    },

    async complete(id, attempt, result) {
      const entry = entries.get(id);
      return entry !== undefined && move(id, entry, { kind: "complete", attempt, result }) !== null;
    },

    async cancel(id) {
      const entry = entries.get(id);
      if (entry === undefined) return undefined;
      const { kind } = entry.state;
      move(id, entry, { kind: "cancel", endUnstarted: endsOf(entry) });
      return kind;
    },

    async whenDone(id, { signal }) {
      signal.throwIfAborted();
      if (isClosed) throw stopping();
      if (!entries.has(id)) throw unknown(id);
      const { promise, resolve, reject } = Promise.withResolvers<ExecutionResult>();
      const waiter = { resolve, reject };
      const ofId = waiters.get(id) ?? new Set();
      waiters.set(id, ofId.add(waiter));
      const stop = () => reject(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      return promise.finally(() => {
        signal.removeEventListener("abort", stop);
        ofId.delete(waiter);
        if (ofId.size === 0) waiters.delete(id);
      });
    },

    async *unfinished() {
      for (const { acceptance } of entries.values()) if (acceptance.isKept) yield acceptance;
    },

    async close() {
      isClosed = true;
      for (const ofId of waiters.values()) for (const { reject } of ofId) reject(stopping());
    },
  };
}

function unknown(id: ExecutionId): EngineError {
  return new EngineError("not_found", `There is no execution ${id}`);
}

function stopping(): EngineError {
  return new EngineError("no_worker", "The server is stopping", { retryAfterSeconds: 1 });
}
