import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import type { Broker } from "../../broker/broker.ts";
import { DEAD, type Layout } from "../../broker/layout.ts";
import { createPayloads, UnreadableMessage } from "../../broker/payloads.ts";
import { persist } from "../../broker/persist.ts";
import { acceptedSchema } from "../../broker/wire.ts";
import type { Clock } from "../../domain/clock.ts";
import { stopping } from "../../domain/errors.ts";
import type { Execution, ExecutionResult } from "../../domain/execution.ts";
import { type ExecutionState, unstartedEnds } from "../../domain/execution-state.ts";
import type { ExecutionId } from "../../domain/ids.ts";
import type { Outbox } from "../outbox.ts";
import { unknownExecution } from "../refusals.ts";
import type { Acceptance, Store, UnfinishedExecution } from "../store.ts";
import { createClaims } from "./claims.ts";
import { createHearings } from "./hearings.ts";
import { createNatsOutbox, type NatsOutbox } from "./nats-outbox.ts";
import { createRecords, type Moved, type Seen, type StoredRecord } from "./records.ts";

export interface NatsStore extends Store {
  readonly outbox: Pick<NatsOutbox, keyof Outbox>;
  /** Has the outbox follow what is to be delivered: for those who deliver. */
  openOutbox(): Promise<void>;
  /**
   * Nobody can read its job: it ends as an internal error, unless it runs all the same.
   * @param execution stands for what is known of it where there is no record.
   */
  giveUp(execution: Pick<Execution, "id" | "language" | "version">): Promise<void>;
}

/**
 * A store at a broker.
 *
 * `EXECUTIONS` has one record for each execution, which every process moves by compare-and-set: so of all results one is
 * stored, and the one of a worker whose lease went to another is not. What its client will ask for later has a record from
 * the start, and until its end all of it stands in `ACCEPTED`, so that its job can be made again. What a client waits for
 * has a record once a worker starts it: before that, only its gateway and its job know it.
 */
export function createNatsStore(options: {
  readonly broker: Broker;
  readonly layout: Layout;
  readonly clock: Clock;
}): NatsStore {
  const { broker, layout, clock } = options;
  const payloads = createPayloads(layout.payloads);
  const records = createRecords(layout.executions, payloads);
  const outbox = createNatsOutbox({ broker, layout, payloads, records, clock });
  const hearings = createHearings({
    broker,
    payloads,
    look: async (id) => resultOf((await records.read(id))?.record),
    isAwaited: outbox.isAwaited,
    onEnd: outbox.noteEnd,
  });
  /** What was accepted here and has not ended yet. */
  const acceptedHere = new Map<ExecutionId, Acceptance>();
  /** The records of what this process runs, as it wrote them. */
  const runningHere = new Map<ExecutionId, Seen>();
  const claims = createClaims({
    bucket: layout.idempotency,
    payloads,
    isInUse: async (id) => (await findRecord(id))?.isKept === true,
  });
  let isClosed = false;

  async function readAccepted(id: ExecutionId): Promise<UnfinishedExecution | undefined> {
    const entry = await persist(() => layout.accepted.get(id));
    if (entry === null || entry.operation !== "PUT") return undefined;
    return readable(entry.value);
  }

  /** @returns undefined for one of a newer version, or whose payload has expired before it: it hides no other. */
  async function readable(data: Uint8Array): Promise<UnfinishedExecution | undefined> {
    try {
      return await payloads.unpack(acceptedSchema, data);
    } catch (error) {
      if (error instanceof UnreadableMessage) return undefined;
      throw error;
    }
  }

  /** The record; where there is none yet, or none any more, what it would be. */
  async function findRecord(id: ExecutionId): Promise<StoredRecord | undefined> {
    const here = acceptedHere.get(id);
    const found = (await records.read(id))?.record;
    if (found !== undefined) return here === undefined ? found : { ...found, isKept: true };
    if (here !== undefined) return { ...queuedRecord(here), isKept: true };
    const accepted = await readAccepted(id);
    return accepted === undefined ? undefined : { ...queuedRecord(accepted), isKept: true };
  }

  function endsOf(id: ExecutionId, { language, version, acceptedAtMs }: StoredRecord) {
    return unstartedEnds({ id, language, version }, { acceptedAtMs, endedAtMs: clock.nowMs() });
  }

  /** @throws {EngineError} `not_found` */
  async function lookNow(id: ExecutionId): Promise<void> {
    const record = await findRecord(id);
    if (record === undefined) throw unknownExecution(id);
    const result = resultOf(record);
    if (result !== undefined) hearings.end(id, result);
  }

  async function keep(acceptance: Acceptance): Promise<void> {
    const { execution, submitter, acceptedAtMs, webhook } = acceptance;
    const { id } = execution;
    if (webhook !== null) await outbox.add(id, webhook);
    const value = { execution, submitter, acceptedAtMs };
    const data = await payloads.pack(acceptedSchema, value, `accepted-${id}`);
    await persist(() => layout.accepted.put(id, data));
    await records.write(id, queuedRecord(acceptance));
  }

  async function withdraw(id: ExecutionId): Promise<void> {
    const here = acceptedHere.get(id);
    // First, for the broker may not answer, and nothing else lets go of them.
    acceptedHere.delete(id);
    hearings.end(id, unknownExecution(id));
    const record = (await findRecord(id)) ?? (here && queuedRecord(here));
    if (record === undefined) return;
    // First: of the record's end everybody hears, but of this one nobody is to be told.
    await outbox.remove(id);
    // A record that is over keeps a job that may be somewhere from being started.
    const result = endsOf(id, record)("cancelled");
    await records.write(id, { ...record, isKept: false, state: { kind: "done", result } });
    await forgetAccepted(id);
    await claims.giveUp(id);
  }

  return {
    outbox,

    async openOutbox() {
      hearings.open();
      await outbox.open();
    },

    async giveUp({ id, language, version }) {
      const submitter = { client: null, address: null };
      const unknown = { language, version, submitter, acceptedAtMs: clock.nowMs(), isKept: false };
      await records.move(id, {
        absent: { ...unknown, state: { kind: "queued", starts: 0 } },
        event: (record) => ({ kind: "giveUp", endUnstarted: endsOf(id, record) }),
      });
    },

    async accept(acceptance) {
      if (isClosed) throw stopping();
      const { execution, isKept, idempotency } = acceptance;
      if (!isKept) {
        acceptedHere.set(execution.id, acceptance);
        const forget = () => void acceptedHere.delete(execution.id);
        hearings.listen(execution.id).ended.then(forget, forget);
        return { kind: "new" };
      }
      // Kept first: a key that is claimed always leads to something.
      await keep(acceptance);
      const accepted =
        idempotency === null ? ({ kind: "new" } as const) : await claims.claim(execution.id, idempotency);
      if (accepted.kind !== "new") await withdraw(execution.id);
      return accepted;
    },

    withdraw,

    async find(id) {
      const record = await findRecord(id);
      if (record?.isKept === true) return toExecutionRecord(id, record);
      const finished = await persist(() => layout.finished.get(id));
      return finished === null ? undefined : "expired";
    },

    async start(job, node) {
      const { id } = job.execution;
      const moved = await records.move(id, {
        absent: queuedRecord({ ...job, isKept: false }),
        event: (record) => ({ kind: "start", node, endUnstarted: endsOf(id, record) }),
      });
      if (moved?.next?.kind === "running") {
        runningHere.set(id, moved.seen);
        return { kind: "run", attempt: moved.next.attempt, isKept: moved.before.isKept };
      }
      const result = endOf(moved);
      if (result?.status === "internal_error") await buryJob(job);
      return result === undefined ? { kind: "done" } : { kind: "ended", result };
    },

    async handBack(id, attempt) {
      const hint = runningHere.get(id);
      runningHere.delete(id);
      await records.move(id, {
        hint,
        event: (record) => ({ kind: "handBack", attempt, endUnstarted: endsOf(id, record) }),
      });
    },

    async complete(id, attempt, result) {
      const hint = runningHere.get(id);
      runningHere.delete(id);
      const moved = await records.move(id, { hint, event: () => ({ kind: "complete", attempt, result }) });
      return endOf(moved) !== undefined;
    },

    async cancel(id) {
      const here = acceptedHere.get(id);
      const accepted = here ?? (await records.read(id))?.record ?? (await readAccepted(id));
      if (accepted === undefined) return undefined;
      const moved = await records.move(id, {
        absent: "state" in accepted ? accepted : queuedRecord({ isKept: true, ...accepted }),
        event: (record) => ({ kind: "cancel", endUnstarted: endsOf(id, record) }),
      });
      return moved?.before.state.kind;
    },

    async whenDone(id, { signal }) {
      signal.throwIfAborted();
      if (isClosed) throw stopping();
      const { promise, resolve, reject } = Promise.withResolvers<ExecutionResult>();
      const listening = hearings.listen(id);
      listening.ended.then(resolve, reject);
      // It may end before it is awaited.
      promise.catch(() => undefined);
      const stop = () => reject(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      // After it is listened for: what ends in between is seen by one of the two.
      if (!acceptedHere.has(id)) lookNow(id).catch(reject);
      try {
        return await promise;
      } finally {
        signal.removeEventListener("abort", stop);
        listening.leave();
      }
    },

    async *unfinished() {
      for await (const key of await layout.accepted.keys()) {
        const id = key as ExecutionId;
        const record = (await records.read(id))?.record;
        if (record?.state.kind === "done") {
          await outbox.schedule(id);
          await persist(() => layout.finished.put(id, ""));
          await forgetAccepted(id);
          continue;
        }
        const accepted = await readAccepted(id);
        if (accepted !== undefined) yield accepted;
      }
    },

    async *dead() {
      const { state } = await persist(() => broker.streams.streams.info(DEAD));
      for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
        const message = await findDead(seq);
        const job = message === null ? undefined : await readable(message);
        if (job !== undefined) yield job;
      }
    },

    async close() {
      isClosed = true;
      outbox.close();
      hearings.close(stopping());
    },
  };

  async function forgetAccepted(id: ExecutionId): Promise<void> {
    await persist(() => broker.streams.streams.purge("KV_ACCEPTED", { filter: `$KV.ACCEPTED.${id}` }));
  }

  /** @returns null for one that is not there any more, or was put aside because nobody could read it. */
  async function findDead(seq: number): Promise<Uint8Array | null> {
    try {
      const message = await persist(() => broker.streams.streams.getMessage(DEAD, { seq }));
      return message?.subject.startsWith("dead.fatal.") ? message.data : null;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound) return null;
      throw error;
    }
  }

  /** Kept for inspection: it ended its worker again and again. */
  async function buryJob(job: UnfinishedExecution): Promise<void> {
    const { execution, submitter, acceptedAtMs } = job;
    const data = await payloads.pack(acceptedSchema, { execution, submitter, acceptedAtMs }, `dead-${execution.id}`);
    await persist(() =>
      broker.jetStream.publish(`dead.fatal.${execution.id}`, data, { msgID: `dead-${execution.id}` }),
    );
  }
}

function queuedRecord(accepted: UnfinishedExecution & { readonly isKept?: boolean }): StoredRecord {
  const { execution, submitter, acceptedAtMs, isKept = true } = accepted;
  const { language, version } = execution;
  return { language, version, submitter, acceptedAtMs, isKept, state: { kind: "queued", starts: 0 } };
}

function toExecutionRecord(
  id: ExecutionId,
  { isKept: _, ...record }: StoredRecord,
): { id: ExecutionId } & Omit<StoredRecord, "isKept"> {
  return { id, ...record };
}

/** The result of an execution that has just come to its end. */
function endOf(moved: Moved | undefined): ExecutionResult | undefined {
  return moved?.next?.kind === "done" ? moved.next.result : undefined;
}

function resultOf(record: { readonly state: ExecutionState } | undefined): ExecutionResult | undefined {
  return record?.state.kind === "done" ? record.state.result : undefined;
}
