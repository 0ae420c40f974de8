import type { z } from "zod";
import type { Broker } from "../../broker/broker.ts";
import type { Layout } from "../../broker/layout.ts";
import { type Payloads, UnreadableMessage } from "../../broker/payloads.ts";
import { persist } from "../../broker/persist.ts";
import { webhookSchema } from "../../broker/wire.ts";
import type { Clock } from "../../domain/clock.ts";
import type { ExecutionId } from "../../domain/ids.ts";
import type { Delivery, Outbox, Webhook } from "../outbox.ts";
import { compareAndSet } from "./compare-and-set.ts";
import type { Records } from "./records.ts";

/** An outbox at a broker: whichever gateway takes a delivery sends it, and another one when that has ended. */
export interface NatsOutbox extends Outbox {
  /** From then on it knows of all that is to be delivered. Until then it takes nothing. */
  open(): Promise<void>;
  /** Somebody is to be told of an execution once it has ended. */
  add(id: ExecutionId, webhook: Webhook): Promise<void>;
  /** It has ended: whoever is to be told of it will be, even if this process ends as well. */
  schedule(id: ExecutionId): Promise<void>;
  /** Whether this process knows of a delivery that waits for its end. */
  isAwaited(id: ExecutionId): boolean;
  /** It is said to have ended: a delivery that this process knows of is due, without waiting for `schedule`. */
  noteEnd(id: ExecutionId): void;
  close(): void;
}

/** A delivery as it was last seen at the broker. */
interface Entry extends z.output<typeof webhookSchema> {
  readonly revision: number;
}

/** Far more than are on their way at once. */
const MOST_DELETIONS = 1_000;

/**
 * `WEBHOOKS` has a value for each delivery, which gateways move by compare-and-set: of those who want to take one, one does.
 * Every gateway follows all of them, so that looking for what is due asks the broker nothing.
 */
export function createNatsOutbox(options: {
  readonly broker: Broker;
  readonly layout: Pick<Layout, "webhooks">;
  readonly payloads: Payloads;
  readonly records: Pick<Records, "read">;
  readonly clock: Clock;
}): NatsOutbox {
  const { broker, layout, payloads, records, clock } = options;
  const bucket = layout.webhooks;
  const entries = new Map<ExecutionId, Entry>();
  /** The latest that were told, by their revisions: what was read before is older, and must not come back. */
  const deletions = new Map<ExecutionId, number>();
  let tellDue: () => void = () => undefined;
  let stopWatching: () => void = () => undefined;

  /** Takes over what the broker has. An older word than the last changes nothing, however long it was on its way. */
  async function learn(
    id: ExecutionId,
    found: { readonly operation: string; readonly value: Uint8Array; readonly revision: number } | null,
  ): Promise<void> {
    if (found?.operation !== "PUT") return forget(id, found?.revision);
    const entry = await read(found.value);
    if (found.revision <= Math.max(entries.get(id)?.revision ?? 0, deletions.get(id) ?? 0)) return;
    if (entry === null) entries.delete(id);
    else entries.set(id, { ...entry, revision: found.revision });
  }

  /** @param revision of its deletion, where that was told. */
  function forget(id: ExecutionId, revision: number | undefined): void {
    entries.delete(id);
    if (revision === undefined) return;
    deletions.set(id, revision);
    const [oldest] = deletions.keys();
    if (deletions.size > MOST_DELETIONS && oldest !== undefined) deletions.delete(oldest);
  }

  /** @returns null for one of a newer version, which is for newer gateways. */
  async function read(value: Uint8Array): Promise<z.output<typeof webhookSchema> | null> {
    try {
      return await payloads.unpack(webhookSchema, value);
    } catch (error) {
      if (error instanceof UnreadableMessage) return null;
      throw error;
    }
  }

  /** What the broker has of it, read once more: somebody else has moved it. */
  async function lookAgain(id: ExecutionId): Promise<void> {
    const found = await persist(() => bucket.get(id));
    entries.delete(id);
    await learn(id, found);
  }

  /** Of what was delivered while the connection was lost there is not even the word that it is gone. */
  async function forgetGone(): Promise<void> {
    const gone = new Set(entries.keys());
    for await (const key of await bucket.keys()) gone.delete(key as ExecutionId);
    // Each is asked for: a list that ended too soon, as with a connection lost again, is to forget nothing that is there.
    for (const id of gone) if ((await persist(() => bucket.get(id)))?.operation !== "PUT") entries.delete(id);
  }

  /** @returns whether nobody else has moved it in the meantime. */
  async function move(id: ExecutionId, { revision: seen, ...entry }: Entry): Promise<boolean> {
    const data = await payloads.pack(webhookSchema, entry, `webhook-${id}`);
    const revision = await compareAndSet(bucket, id, { data, revision: seen });
    if (typeof revision !== "number") {
      await lookAgain(id);
      return false;
    }
    entries.set(id, { ...entry, revision });
    return true;
  }

  /** The one that has been due for longest. */
  function findDue(exceptOrigins: readonly string[]): { readonly id: ExecutionId; readonly entry: Entry } | undefined {
    let first: { readonly id: ExecutionId; readonly entry: Entry; readonly dueAtMs: number } | undefined;
    for (const [id, entry] of entries) {
      const { dueAtMs, url } = entry;
      if (dueAtMs === null || dueAtMs > Math.min(clock.nowMs(), first?.dueAtMs ?? Number.POSITIVE_INFINITY)) continue;
      if (!exceptOrigins.includes(new URL(url).origin)) first = { id, entry, dueAtMs };
    }
    return first;
  }

  /** @returns null when somebody else has it, or it is not over after all. */
  async function take(id: ExecutionId, entry: Entry, leaseMs: number): Promise<Delivery | null> {
    const state = (await records.read(id))?.record.state;
    if (state !== undefined && state.kind !== "done") {
      entries.set(id, { ...entry, dueAtMs: null });
      return null;
    }
    const { url, secret, tries } = entry;
    const attempt = tries + 1;
    if (!(await move(id, { ...entry, tries: attempt, dueAtMs: clock.nowMs() + leaseMs }))) return null;
    return { id, webhook: { url, secret }, result: state?.result ?? null, attempt };
  }

  return {
    async open() {
      const watch = await bucket.watch();
      stopWatching = () => watch.stop();
      // Where it fails, the connection is lost again, and comes back again.
      broker.onReconnect(() => void forgetGone().catch(() => undefined));
      void (async () => {
        for await (const entry of watch) {
          const id = entry.key as ExecutionId;
          await learn(id, entry);
          if ((entries.get(id)?.dueAtMs ?? Number.POSITIVE_INFINITY) <= clock.nowMs()) tellDue();
        }
      })();
    },

    async add(id, webhook) {
      const entry = { ...webhook, tries: 0, dueAtMs: null };
      const data = await payloads.pack(webhookSchema, entry, `webhook-${id}`);
      // Known before its job is anywhere: the end may be told of sooner than what is written here.
      entries.set(id, { ...entry, revision: await persist(() => bucket.put(id, data)) });
    },

    async schedule(id) {
      await lookAgain(id);
      const entry = entries.get(id);
      if (entry?.dueAtMs === null && (await move(id, { ...entry, dueAtMs: clock.nowMs() }))) tellDue();
    },

    isAwaited: (id) => entries.get(id)?.dueAtMs === null,

    noteEnd(id) {
      const entry = entries.get(id);
      if (entry?.dueAtMs !== null) return;
      entries.set(id, { ...entry, dueAtMs: clock.nowMs() });
      tellDue();
    },

    async take({ most, leaseMs, exceptOrigins }) {
      const taken: Delivery[] = [];
      while (taken.length < most && broker.isConnected()) {
        const due = findDue(exceptOrigins);
        if (due === undefined) break;
        const delivery = await take(due.id, due.entry, leaseMs);
        if (delivery !== null) taken.push(delivery);
      }
      return taken;
    },

    async postpone(id, byMs) {
      const entry = entries.get(id);
      if (entry !== undefined) await move(id, { ...entry, dueAtMs: clock.nowMs() + byMs });
    },

    async remove(id) {
      if (!entries.delete(id)) return;
      // Others hear of a deletion; then nothing is to be left of it.
      await persist(() => bucket.delete(id));
      await persist(() => broker.streams.streams.purge("KV_WEBHOOKS", { filter: `$KV.WEBHOOKS.${id}` }));
    },

    size: () => [...entries.values()].filter(({ dueAtMs }) => dueAtMs !== null).length,
    onDue(listener) {
      tellDue = listener;
    },

    close() {
      tellDue = () => undefined;
      stopWatching();
    },
  };
}
