import { isDeepStrictEqual } from "node:util";
import type { KV } from "@nats-io/kv";
import type { z } from "zod";
import type { Payloads } from "../../broker/payloads.ts";
import { persist } from "../../broker/persist.ts";
import { recordSchema } from "../../broker/wire.ts";
import { type ExecutionEvent, type ExecutionState, transition } from "../../domain/execution-state.ts";
import type { ExecutionId } from "../../domain/ids.ts";
import { compareAndSet } from "./compare-and-set.ts";

export type StoredRecord = z.output<typeof recordSchema>;

/** A record and which of its versions this is. */
export interface Seen {
  readonly record: StoredRecord;
  readonly revision: number;
}

/** What an event did. */
export interface Moved {
  readonly before: StoredRecord;
  /** null when it changed nothing. */
  readonly next: ExecutionState | null;
  /** The record as it is after that. */
  readonly seen: Seen;
}

/** Where executions stand, moved by compare-and-set: of two who saw the same state one is told to look again. */
export interface Records {
  read(id: ExecutionId): Promise<Seen | undefined>;
  /**
   * @param options.event made of the record that is found.
   * @param options.absent stands for a record that is not there yet.
   * @param options.hint the record as it was last seen, so that it need not be read.
   * @returns undefined when there is none.
   */
  move(
    id: ExecutionId,
    options: {
      readonly event: (record: StoredRecord) => ExecutionEvent;
      readonly absent?: StoredRecord | undefined;
      readonly hint?: Seen | undefined;
    },
  ): Promise<Moved | undefined>;
  /** Puts a record where there may be one: for what is not to be, or to be no more. */
  write(id: ExecutionId, record: StoredRecord): Promise<void>;
}

export function createRecords(bucket: KV, payloads: Payloads): Records {
  async function read(id: ExecutionId): Promise<Seen | undefined> {
    const entry = await persist(() => bucket.get(id));
    if (entry === null || entry.operation !== "PUT") return undefined;
    return { record: await payloads.unpack(recordSchema, entry.value), revision: entry.revision };
  }

  function pack(id: ExecutionId, record: StoredRecord): Promise<Uint8Array> {
    const attempt = record.state.kind === "running" ? record.state.attempt : record.state.kind;
    return payloads.pack(recordSchema, record, `record-${id}-${attempt}-${crypto.randomUUID()}`);
  }

  return {
    read,

    async move(id, { event, absent, hint }) {
      let seen = hint;
      if (seen === undefined && absent !== undefined) seen = { record: absent, revision: 0 };
      let mine: ExecutionState | null = null;
      for (let looks = 0; ; looks += 1) {
        if (looks > 0 || seen === undefined) {
          const found = await read(id);
          seen = found ?? (absent === undefined ? undefined : { record: absent, revision: 0 });
        }
        if (seen === undefined) return undefined;
        const before = seen.record;
        if (mine !== null && isDeepStrictEqual(mine, before.state)) return { before, next: mine, seen };
        const next = transition(before.state, event(before));
        if (next === null) return { before, next, seen };
        const record = { ...before, state: next };
        const revision = await compareAndSet(bucket, id, { data: await pack(id, record), revision: seen.revision });
        if (typeof revision === "number") return { before, next, seen: { record, revision } };
        if (revision === "unsure") mine = next;
      }
    },

    async write(id, record) {
      const data = await pack(id, record);
      await persist(() => bucket.put(id, data));
    },
  };
}
