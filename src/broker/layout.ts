import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  ReplayPolicy,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import type { ObjectStore } from "@nats-io/obj";
import type { Priority } from "../domain/execution.ts";
import type { ExecutionId, NodeId } from "../domain/ids.ts";
import type { Requirement } from "../domain/requirement.ts";
import type { Broker } from "./broker.ts";

/** The stream of jobs that wait or run. */
export const JOBS = "JOBS";

/** Of a job: when it was accepted, milliseconds since the epoch. */
export const ACCEPTED_HEADER = "Millrace-Accepted-Ms";

/** The stream of messages that nobody could make sense of, and of jobs that ended their workers. */
export const DEAD = "DEAD";

/** All that is kept at the broker; docs/queue-protocol.md says what for. */
export interface Layout {
  readonly executions: KV;
  readonly accepted: KV;
  readonly finished: KV;
  readonly idempotency: KV;
  readonly classes: KV;
  readonly webhooks: KV;
  readonly payloads: ObjectStore;
}

export interface LayoutOptions {
  /** How many servers of the cluster keep everything: 1, 3 or 5. */
  readonly replicas: number;
  /** The most jobs of one class and priority that may wait or run. */
  readonly capacity: number;
  /** How long results are kept, milliseconds. */
  readonly keepMs: number;
}

/** How long a job stays its worker's without a word from it, milliseconds. */
export const LEASE_MS = 5_000;

/** A second message with the same id is dropped by the broker for so long, milliseconds. */
const DEDUPLICATION_MS = 120_000;

/** What waits, and that something has expired, is remembered for so much longer than results, milliseconds. */
const REMEMBER_MS = 24 * 3_600_000;

/** A result has to be seen by a gateway before it goes: else its execution looks as if it had none, and is run again, milliseconds. */
const LEAST_KEEP_MS = 300_000;

const NANOSECONDS_PER_MS = 1_000_000;

/** More than any number of workers has pulls waiting, and jobs running, of one class. */
const MOST_WAITING_PULLS = 65_536;
const MOST_TAKEN = 1_000_000;

/** The broker itself tells of a record, as soon as it has stored it. Servers before 2.10 take no change of this. */
const TOLD = { src: "$KV.EXECUTIONS.*", dest: "records.{{wildcard(1)}}" };

const BUCKETS = ["EXECUTIONS", "ACCEPTED", "FINISHED", "IDEMPOTENCY", "CLASSES", "WEBHOOKS"] as const;
const PAYLOADS = "PAYLOADS";

/**
 * Makes what is missing of the layout.
 * @throws {Error} when what is there does not fit, or the server has no JetStream.
 */
export async function ensureLayout(broker: Broker, options: LayoutOptions): Promise<Layout> {
  const { replicas, capacity, keepMs } = options;
  await ensureStream(broker, {
    name: JOBS,
    subjects: ["jobs.>"],
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
    max_msgs_per_subject: capacity,
    allow_direct: true,
    duplicate_window: DEDUPLICATION_MS * NANOSECONDS_PER_MS,
    storage: StorageType.File,
    num_replicas: replicas,
  });
  await ensureStream(broker, {
    name: DEAD,
    subjects: ["dead.>"],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_msgs: 10_000,
    max_age: 7 * 24 * 3_600_000 * NANOSECONDS_PER_MS,
    storage: StorageType.File,
    num_replicas: replicas,
  });
  const ttl: Record<(typeof BUCKETS)[number], number> = {
    EXECUTIONS: Math.max(keepMs, LEAST_KEEP_MS),
    ACCEPTED: keepMs + REMEMBER_MS,
    FINISHED: keepMs + REMEMBER_MS,
    // From the result on they are of use for keepMs; until then, a job may wait.
    IDEMPOTENCY: keepMs + REMEMBER_MS,
    CLASSES: 0,
    WEBHOOKS: keepMs + REMEMBER_MS,
  };
  for (const name of BUCKETS) {
    const told = name === "EXECUTIONS" ? { republish: TOLD } : {};
    const create = () =>
      broker.keyValues.create(name, { history: 1, replicas, ttl: ttl[name], storage: StorageType.File, ...told });
    const max_age = ttl[name] * NANOSECONDS_PER_MS;
    await orUpdate(broker, create, `KV_${name}`, { num_replicas: replicas, max_age, ...told });
  }
  const max_age = (keepMs + REMEMBER_MS) * NANOSECONDS_PER_MS;
  const create = () => broker.objects.create(PAYLOADS, { ttl: max_age, replicas, storage: StorageType.File });
  await orUpdate(broker, create, `OBJ_${PAYLOADS}`, { num_replicas: replicas, max_age });
  return openLayout(broker);
}

type StreamConfig = Parameters<Broker["streams"]["streams"]["add"]>[0];

async function ensureStream(broker: Broker, config: StreamConfig & { readonly name: string }): Promise<void> {
  await orUpdate(broker, () => broker.streams.streams.add(config), config.name, config);
}

/** Where it is there with other limits, those of whoever starts last count. */
async function orUpdate(
  broker: Broker,
  create: () => Promise<unknown>,
  stream: string,
  limits: Partial<StreamConfig>,
): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== STREAM_NAME_IN_USE) throw error;
  }
  // A bucket that is there is opened as it is, without a word.
  await broker.streams.streams.update(stream, limits);
}

const STREAM_NAME_IN_USE = 10_058;

/** @throws {Error} when a part of it is not there. */
async function openLayout({ keyValues, objects }: Broker): Promise<Layout> {
  const [executions, accepted, finished, idempotency, classes, webhooks] = await Promise.all(
    BUCKETS.map((name) => keyValues.open(name, { bindOnly: true })),
  );
  return {
    executions: executions as KV,
    accepted: accepted as KV,
    finished: finished as KV,
    idempotency: idempotency as KV,
    classes: classes as KV,
    webhooks: webhooks as KV,
    payloads: await objects.open(PAYLOADS, true),
  };
}

const LOOK_AGAIN_MS = 250;

/**
 * Waits until a gateway has made the layout: a worker may not.
 * @param options.announce told once, in words for a person, that it has to wait.
 */
export async function awaitLayout(
  broker: Broker,
  options: { readonly signal: AbortSignal; readonly announce: (text: string) => void },
): Promise<Layout> {
  for (let looks = 0; ; looks += 1) {
    options.signal.throwIfAborted();
    try {
      await broker.streams.streams.info(JOBS);
      return await openLayout(broker);
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== STREAM_NOT_FOUND) throw error;
      if (looks === 0) options.announce("Waiting for a gateway: there is no queue at the broker yet");
      await delay(LOOK_AGAIN_MS, undefined, { signal: options.signal });
    }
  }
}

const STREAM_NOT_FOUND = 10_059;

/** A token of a subject for what jobs with these requirements have in common. */
export type JobClass = string;

/**
 * Like `python-3_11_2`; several requirements, or one with other characters, get a digest: nothing that a client says makes
 * a subject.
 */
export function classOf(requires: readonly Requirement[]): JobClass {
  const [only, ...others] = requires;
  if (only !== undefined && others.length === 0 && /^[a-z][a-z0-9-]*@[0-9.]+$/.test(only))
    return only.replace("@", "-").replaceAll(".", "_");
  const digest = createHash("sha256").update(JSON.stringify(requires.toSorted())).digest("hex");
  return `set-${digest.slice(0, 32)}`;
}

export function consumerOf(jobClass: JobClass, priority: Priority): string {
  return `${jobClass}_${priority}`;
}

/**
 * @param again the job's id, where it was accepted before: it is not refused for want of room, and whether it is there can be
 * asked.
 */
export function jobSubject(jobClass: JobClass, priority: Priority, again: ExecutionId | null): string {
  return `jobs.${jobClass}.${priority}.${again === null ? NEW : `again.${again}`}`;
}

const NEW = "new";

/** Whether this is the subject of a job that was not put before. */
export function isNewJob(subject: string): boolean {
  return subject.endsWith(`.${NEW}`);
}

/** Made before the first job of a class, and never removed: servers have lost messages over that. */
export async function ensureConsumer(broker: Broker, jobClass: JobClass, priority: Priority): Promise<void> {
  await broker.streams.consumers.add(JOBS, {
    durable_name: consumerOf(jobClass, priority),
    filter_subject: `jobs.${jobClass}.${priority}.>`,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    ack_wait: LEASE_MS * NANOSECONDS_PER_MS,
    max_deliver: -1,
    max_ack_pending: MOST_TAKEN,
    max_waiting: MOST_WAITING_PULLS,
  });
}

/** Where the broker tells of a record. */
export function recordSubject(id: ExecutionId | "*"): string {
  return `records.${id}`;
}

/** Where a node that runs executions is asked what happens to them. */
export function eventsSubject(node: NodeId): string {
  return `events.${node}`;
}

/** Where the one answer to such a question is awaited. Nobody else can name it: workers may answer there, and hear nothing. */
export function toldSubject(): string {
  return `told.${crypto.randomUUID()}`;
}

/** Where the holder of a job hears that nobody wants it. */
export function cancelSubject(id: ExecutionId | "*"): string {
  return `cancel.${id}`;
}
