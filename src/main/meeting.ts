import { join } from "node:path";
import type { Broker } from "../broker/broker.ts";
import type { Layout } from "../broker/layout.ts";
import type { NodeReport } from "../broker/node-report.ts";
import { createNodes } from "../broker/nodes.ts";
import { createPayloads } from "../broker/payloads.ts";
import type { Config } from "../config/settings.ts";
import { systemClock } from "../domain/clock.ts";
import type { NodeId } from "../domain/ids.ts";
import { createEmbeddedEvents } from "../events/embedded-events.ts";
import type { Events } from "../events/events.ts";
import { createNatsEvents } from "../events/nats/nats-events.ts";
import { queueUnfinished } from "../gateway/to-job.ts";
import type { SharedCatalogue } from "../languages/shared-catalogue.ts";
import { createEmbeddedQueue } from "../queue/embedded/embedded-queue.ts";
import { createNatsQueue } from "../queue/nats/nats-queue.ts";
import type { Queue } from "../queue/queue.ts";
import { createEmbeddedStore } from "../store/embedded/embedded-store.ts";
import { openExecutionFile } from "../store/embedded/execution-file.ts";
import { createNatsStore } from "../store/nats/nats-store.ts";
import type { Outbox } from "../store/outbox.ts";
import type { Store } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";
import type { Part } from "./part.ts";
import { orStartError } from "./start-error.ts";

/** Where gateways and workers meet: in this process, or at a broker. */
export interface Meeting {
  readonly queue: Queue;
  readonly store: Store;
  readonly events: Events;
  /** Results whose clients want to be told; null for a worker alone, which tells nobody. */
  readonly outbox: Outbox | null;
  /** Jobs that came again to this process, so far. */
  redeliveries(): number;
  /** Every node that was heard of in the last seconds, this one included. */
  nodes(): readonly NodeReport[];
  /** Whether a worker, here or elsewhere, takes jobs, or has done so less than a minute ago and is to come back. */
  hasWorker(): boolean;
  /** Called as the user that this process remains, before anything is taken from the queue. @throws {StartError} */
  begin(): Promise<void>;
  /** To be closed in reverse. */
  readonly parts: readonly Part[];
}

/** The file of executions in the data directory. */
const EXECUTIONS = "executions.sqlite";

/** How long it is remembered that there was a result which is not kept any longer, milliseconds. */
const REMEMBER_MS = 24 * 3_600_000;

const MIB = 1024 * 1024;

/**
 * One process is everything.
 * @param options.dataDirectory where accepted executions are kept; this process's alone.
 */
export function meetHere(options: {
  readonly config: Config;
  readonly dataDirectory: string;
  readonly describe: () => NodeReport;
  readonly isReady: () => boolean;
  readonly log: Log;
}): Meeting {
  const { config, dataDirectory, describe, isReady, log } = options;
  const queue = createEmbeddedQueue({ capacity: config.queue, clock: systemClock });
  const store = createEmbeddedStore({
    clock: systemClock,
    openFile: () =>
      openExecutionFile({
        path: join(dataDirectory, EXECUTIONS),
        maxBytes: config.storeSize * MIB,
        keepMs: config.keepResults * 1_000,
        rememberMs: REMEMBER_MS,
        clock: systemClock,
      }),
    onTrouble: (err) => log.error({ err }, "results that have expired cannot be let go of"),
  });
  const events = createEmbeddedEvents({
    whenDone: (id) => store.whenDone(id, { signal: new AbortController().signal }),
  });
  return {
    queue,
    store,
    events,
    outbox: store.outbox,
    redeliveries: () => 0,
    nodes: () => [describe()],
    hasWorker: isReady,
    async begin() {
      await orStartError(`Executions cannot be kept in ${dataDirectory}`, (async () => store.open())());
      for await (const { execution } of store.unfinished()) events.open(execution.id);
      const unfinished = await queueUnfinished(store, queue);
      if (unfinished > 0) log.info({ unfinished }, "executions that were accepted before this start go on");
    },
    parts: [
      { name: "events", close: async () => events.close() },
      { name: "store", close: store.close },
      { name: "queue", close: queue.close },
    ],
  };
}

/** How often gateways look for accepted executions whose job is nowhere. */
const SWEEP_EVERY_MS = 15_000;

/** A look takes a question or more for each of them. It pauses for so many times as long: where much waits, it is rarer. */
const SWEEP_PAUSES = 10;

/** Whoever accepted one may be about to send its job: it is left alone for so long, milliseconds. */
const LEAVE_ALONE_MS = 30_000;

/**
 * @param options.describe says what this node is.
 * @param options.catalogue is kept as workers have it; null for a worker alone, which needs none.
 */
export async function meetAtBroker(options: {
  readonly broker: Broker;
  readonly layout: Layout;
  readonly describe: () => NodeReport;
  readonly catalogue: SharedCatalogue | null;
  readonly log: Log;
}): Promise<Meeting> {
  const { broker, layout, describe, catalogue, log } = options;
  const payloads = createPayloads(layout.payloads);
  const nodes = createNodes({
    broker,
    payloads,
    describe,
    onChange: () => catalogue?.replace(workersLately().map(({ languages }) => languages)),
  });
  const self = describe().id;
  const workersLately = () => nodes.lately().filter(({ roles }) => roles.includes("worker"));

  const store = createNatsStore({ broker, layout, clock: systemClock });
  const queue = await createNatsQueue({
    broker,
    layout,
    clock: systemClock,
    log,
    onUnreadable: async (id, [requirement = "@"]) => {
      const [language = "", version = ""] = requirement.split("@");
      await store.giveUp({ id, language, version });
    },
    takenElsewhere: () => nodes.list().reduce((sum, { id, usedSlots }) => sum + (id === self ? 0 : usedSlots), 0),
  });
  const events = createNatsEvents({
    broker,
    payloads,
    findNode: async (id) => nodeOf(await store.find(id)),
  });
  const sweeper = catalogue === null ? null : createSweeper({ queue, store, log });
  return {
    queue,
    store,
    events,
    outbox: catalogue === null ? null : store.outbox,
    redeliveries: queue.redeliveries,
    nodes: nodes.list,
    hasWorker: () => !broker.isAway() && workersLately().some(({ isReady, isLeaving }) => isReady || isLeaving),
    async begin() {
      if (sweeper === null) return;
      await orStartError("What is to be delivered cannot be followed at the NATS server", store.openOutbox());
      sweeper.begin();
    },
    parts: [
      { name: "broker", close: broker.close },
      { name: "nodes", close: nodes.close },
      { name: "events", close: async () => events.close() },
      { name: "store", close: store.close },
      { name: "queue", close: queue.close },
      ...(sweeper === null ? [] : [{ name: "sweeper", close: sweeper.close }]),
    ],
  };
}

/** Who runs an execution, or has run it. */
function nodeOf(found: Awaited<ReturnType<Store["find"]>>): NodeId | null {
  if (found === undefined || found === "expired" || found.state.kind === "queued") return null;
  return found.state.kind === "running" ? found.state.node : found.state.result.node;
}

/** Puts jobs into the queue that were accepted and are not there: whoever accepted them ended, or the broker lost them. */
function createSweeper(options: { readonly queue: Queue; readonly store: Store; readonly log: Log }) {
  const { queue, store, log } = options;
  let sweeping: Promise<unknown> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function sweep(): void {
    const beganAtMs = performance.now();
    sweeping = queueUnfinished(store, queue, { acceptedBeforeMs: systemClock.nowMs() - LEAVE_ALONE_MS })
      .catch((err: unknown) => {
        if (!isClosed) log.warn({ err }, "accepted executions could not be looked through; it is tried again");
      })
      .finally(() => {
        const tookMs = performance.now() - beganAtMs;
        if (!isClosed) timer = setTimeout(sweep, Math.max(SWEEP_EVERY_MS, SWEEP_PAUSES * tookMs));
      });
  }

  return {
    begin: sweep,
    async close(): Promise<void> {
      isClosed = true;
      clearTimeout(timer);
      await sweeping;
    },
  };
}
