import type { ExecutionState } from "../../domain/execution-state.ts";
import type { ExecutionId } from "../../domain/ids.ts";
import type { Acceptance, Accepted, ExecutionRecord } from "../store.ts";

export type ShelvedExecution = Omit<ExecutionRecord, "state"> & {
  /** `expired`: its result was kept and is not any longer. */
  readonly state: ExecutionState | { readonly kind: "expired" };
};

/** Where the embedded store has its executions: in memory, or in a file. It only remembers; the store knows what may follow what. */
export interface Shelf {
  /** Puts an execution there, queued, unless its idempotency key is taken. */
  add(acceptance: Acceptance): Accepted;
  find(id: ExecutionId): ShelvedExecution | undefined;
  /** @param options.isDead whether it is done because it ended its workers: then it is kept as it came, to be looked into. */
  move(id: ExecutionId, state: ExecutionState, options: { readonly isDead: boolean }): void;
  /** @returns whether it was there. */
  remove(id: ExecutionId): boolean;
}

/** A shelf for executions whose clients wait: one that is done is gone. */
export function createMemoryShelf(): Shelf {
  const records = new Map<ExecutionId, ExecutionRecord>();
  return {
    add({ execution, submitter, acceptedAtMs }) {
      const { id, language, version } = execution;
      records.set(id, { id, language, version, submitter, acceptedAtMs, state: { kind: "queued", starts: 0 } });
      return { kind: "new" };
    },
    find: (id) => records.get(id),
    move(id, state) {
      const record = records.get(id);
      if (record === undefined) return;
      if (state.kind === "done") records.delete(id);
      else records.set(id, { ...record, state });
    },
    remove: (id) => records.delete(id),
  };
}
