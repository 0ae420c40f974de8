import type { Clock } from "../../domain/clock.ts";
import { stopping } from "../../domain/errors.ts";
import type { ExecutionResult } from "../../domain/execution.ts";
import { type ExecutionEvent, type ExecutionState, transition, unstartedEnds } from "../../domain/execution-state.ts";
import type { ExecutionId } from "../../domain/ids.ts";
import type { Outbox } from "../outbox.ts";
import { expiredExecution, unknownExecution } from "../refusals.ts";
import type { Store } from "../store.ts";
import type { ExecutionFile } from "./execution-file.ts";
import { createMemoryShelf, type Shelf, type ShelvedExecution } from "./shelf.ts";

interface Waiter {
  readonly resolve: (result: ExecutionResult) => void;
  readonly reject: (reason: unknown) => void;
}

/** How often it is looked for results that expire, milliseconds. */
const EXPIRE_EVERY_MS = 60_000;

export interface EmbeddedStore extends Store {
  readonly outbox: Outbox;
  /** Opens its file. Until then it has nothing that is kept, and takes nothing to keep. */
  open(): void;
  /** Lets go of results whose time is over. It does so by itself every minute. */
  expire(): void;
}

/**
 * The store of a single process: executions whose clients wait are in its memory, those that are kept are in a file.
 * @param options.openFile called once; the file is closed with the store.
 * @param options.onTrouble hears when what expires cannot be let go of; it is tried again.
 */
export function createEmbeddedStore(options: {
  readonly clock: Clock;
  readonly openFile: () => ExecutionFile;
  readonly onTrouble: (error: unknown) => void;
}): EmbeddedStore {
  const { clock, openFile, onTrouble } = options;
  const memory = createMemoryShelf();
  const waiters = new Map<ExecutionId, Set<Waiter>>();
  let file: ExecutionFile | null = null;
  let timer: NodeJS.Timeout | undefined;
  let tellDue: () => void = () => undefined;
  let isClosed = false;

  function opened(): ExecutionFile {
    if (file === null) throw new Error("the store's file is not open");
    return file;
  }

  function expire(): void {
    try {
      opened().expire();
    } catch (error) {
      onTrouble(error);
    }
  }

  /** Where an execution is, and as what. */
  function look(id: ExecutionId): { readonly shelf: Shelf; readonly record: ShelvedExecution } | null {
    for (const shelf of [memory, file]) {
      const record = shelf?.find(id);
      if (shelf !== null && record !== undefined) return { shelf, record };
    }
    return null;
  }

  /**
   * @param eventOf what happens to it.
   * @returns the states before and after; `after` is null when nothing changed, both are when there is none, or none any more.
   */
  function move(id: ExecutionId, eventOf: (record: ShelvedExecution) => ExecutionEvent) {
    const found = look(id);
    if (found === null) return NOTHING;
    const { shelf, record } = found;
    const before = record.state;
    if (before.kind === "expired") return NOTHING;
    const event = eventOf(record);
    const after = transition(before, event);
    const isKept = shelf === file;
    if (after === null) return { before, after, isKept };
    shelf.move(id, after, { isDead: event.kind === "start" && isInternalError(after) });
    if (after.kind === "done") {
      for (const { resolve } of waiters.get(id) ?? []) resolve(after.result);
      if (isKept) tellDue();
    }
    return { before, after, isKept };
  }

  function endUnstarted(record: ShelvedExecution) {
    return unstartedEnds(record, { acceptedAtMs: record.acceptedAtMs, endedAtMs: clock.nowMs() });
  }

  return {
    expire,

    outbox: {
      take: async (options) => opened().deliveries.take({ ...options, nowMs: clock.nowMs() }),
      postpone: async (id, byMs) => void opened().deliveries.schedule(id, clock.nowMs() + byMs),
      remove: async (id) => opened().deliveries.remove(id),
      size: () => file?.deliveries.size() ?? 0,
      onDue(listener) {
        tellDue = listener;
      },
    },

    open() {
      file = openFile();
      expire();
      timer = setInterval(expire, EXPIRE_EVERY_MS).unref();
    },

    async accept(acceptance) {
      if (isClosed) throw stopping();
      return (acceptance.isKept ? opened() : memory).add(acceptance);
    },

    async withdraw(id) {
      if (!memory.remove(id)) file?.remove(id);
      for (const { reject } of waiters.get(id) ?? []) reject(unknownExecution(id));
    },

    async find(id) {
      const record = look(id)?.record;
      if (record === undefined) return undefined;
      const { state } = record;
      return state.kind === "expired" ? "expired" : { ...record, state };
    },

    async start({ execution: { id } }, node) {
      const { after, isKept } = move(id, (record) => ({ kind: "start", node, endUnstarted: endUnstarted(record) }));
      if (after?.kind === "running") return { kind: "run", attempt: after.attempt, isKept };
      return after?.kind === "done" ? { kind: "ended", result: after.result } : { kind: "done" };
    },

    async handBack(id, attempt) {
      move(id, (record) => ({ kind: "handBack", attempt, endUnstarted: endUnstarted(record) }));
    },

    async complete(id, attempt, result) {
      return move(id, () => ({ kind: "complete", attempt, result })).after !== null;
    },

    async cancel(id) {
      return move(id, (record) => ({ kind: "cancel", endUnstarted: endUnstarted(record) })).before?.kind;
    },

    async whenDone(id, { signal }) {
      signal.throwIfAborted();
      if (isClosed) throw stopping();
      const state = look(id)?.record.state;
      if (state === undefined) throw unknownExecution(id);
      if (state.kind === "expired") throw expiredExecution(id);
      if (state.kind === "done") return state.result;
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
      yield* opened().unfinished();
    },

    async *dead() {
      yield* opened().dead();
    },

    async close() {
      if (isClosed) return;
      isClosed = true;
      tellDue = () => undefined;
      clearInterval(timer);
      for (const ofId of waiters.values()) for (const { reject } of ofId) reject(stopping());
      file?.close();
    },
  };
}

const NOTHING = { before: null, after: null, isKept: false };

function isInternalError(state: ExecutionState): boolean {
  return state.kind === "done" && state.result.status === "internal_error";
}
