import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { NodeReport } from "../broker/node-report.ts";
import type { Config } from "../config/settings.ts";
import { systemClock } from "../domain/clock.ts";
import { nodeId } from "../domain/ids.ts";
import type { Role } from "../domain/node.ts";
import type { KeyRing } from "../gateway/access/key-ring.ts";
import type { DocsPage } from "../gateway/docs-page.ts";
import { createGateway } from "../gateway/gateway.ts";
import type { LanguageCatalogue, LanguageRegistry } from "../languages/registry.ts";
import { createTelemetry } from "../telemetry/create-telemetry.ts";
import type { Log } from "../telemetry/log.ts";
import type { Tracing } from "../telemetry/tracing.ts";
import { createAddressPolicy } from "../webhooks/address-policy.ts";
import { createWebhooks } from "../webhooks/create-webhooks.ts";
import { findAddressFault } from "../webhooks/webhook-address.ts";
import { addReady, countReady, sumMemory } from "./count-ready.ts";
import { describeNode } from "./describe-node.ts";
import type { Meeting } from "./meeting.ts";
import { closeInReverse, type Part } from "./part.ts";
import { planAccess } from "./plan-access.ts";
import type { Host } from "./start-host.ts";
import { startWorkerSide, type WorkerSide } from "./worker-side.ts";

/** All parts of one process, joined; not yet listening. */
export interface Composition {
  readonly gateway: FastifyInstance;
  /**
   * Takes nothing new, answers what is under way, then lets every part go.
   * @param hurry aborts when nothing is to be waited for any longer: what waits here is refused; what runs is killed and
   * handed back.
   * @throws {AggregateError} when a part could not be closed.
   */
  close(hurry: AbortSignal): Promise<void>;
}

/** This node at any moment. */
interface OwnNode {
  /** All that others may know of it. It takes a while to gather. */
  readonly describe: () => NodeReport;
  /** Whether it can run programs, or have them run; asked for each request. */
  readonly isReady: () => boolean;
}

/** How long one part may take to close, milliseconds. */
export const CLOSE_DEADLINE_MS = 10_000;

/** How long clients may take to read their answers once nothing runs any more, milliseconds. */
const LAST_READ_MS = 1_000;

/**
 * gateway → queue and store → worker → sandbox, or one end of that, made from both ends: what needs files of the package
 * first, as root; then what speaks to the launcher, as the user that the launcher knows.
 * @param options.meet makes the queue and the store. Is told how to find out about this node.
 * @param options.hands what runs programs; null for a gateway alone.
 * @param options.onBug hears of errors that are bugs: the process should end.
 */
export async function compose(options: {
  readonly config: Config;
  readonly roles: readonly Role[];
  readonly meet: (node: OwnNode) => Promise<Meeting>;
  /** What clients may ask for. */
  readonly catalogue: LanguageCatalogue;
  readonly hands: { readonly host: Host; readonly languages: LanguageRegistry } | null;
  /** Of the gateway's clients; whoever made it keeps it up to date. */
  readonly keys: KeyRing;
  /** Of Millrace. */
  readonly version: string;
  readonly docsPage: DocsPage;
  readonly log: Log;
  readonly tracing: Tracing;
  readonly onBug: (error: unknown) => void;
}): Promise<Composition> {
  const { config, roles, catalogue, hands, version, docsPage, log, tracing, onBug } = options;
  const isGateway = roles.includes("gateway");
  let working: WorkerSide | null = null;
  let isStopping = false;

  const id = nodeId(randomUUID());
  const telemetry = createTelemetry({ log, version });
  const canRun = () => !isStopping && working?.sandbox.isReady() === true;
  const warmProcesses = () =>
    countReady(hands?.host.warmStarts.keys() ?? [], working?.sandbox.counts().warm ?? new Map());
  const warmMemoryBytes = () =>
    sumMemory(hands?.host.warmStarts.keys() ?? [], working?.sandbox.counts().warmBytes ?? new Map());
  const isReadyHere = hands === null ? () => !isStopping : canRun;
  const describe = describeNode({
    id,
    roles,
    version,
    abilities: hands && {
      languages: hands.languages,
      warmProcesses,
      warmMemoryBytes,
      ...hands.host.isolation,
      worker: () => working?.worker ?? null,
    },
    isReady: isReadyHere,
    telemetry,
  });
  const meeting = await options.meet({ describe, isReady: isReadyHere });
  const { queue, store, events, outbox } = meeting;
  const addressPolicy = createAddressPolicy(config.webhookNetworks);
  const isReady = isGateway ? () => !isStopping && meeting.hasWorker() : canRun;
  const gateway = createGateway({
    serves: isGateway ? "clients" : "operators",
    queue,
    store,
    events,
    languages: catalogue,
    cluster: {
      nodes: async () => meeting.nodes(),
      queue: async () => ({ jobs: queue.depth(), oldestMs: queue.oldestMs() }),
    },
    warmProcesses: () => addReady(meeting.nodes().map(({ warmProcesses }) => warmProcesses)),
    warmMemoryBytes: () => addReady(meeting.nodes().map(({ warmMemoryBytes }) => warmMemoryBytes)),
    isReady,
    version,
    docsPage,
    findWebhookFault: (url) => findAddressFault(url, addressPolicy),
    clock: systemClock,
    log,
    telemetry,
    tracing,
    ...planAccess(config, options.keys),
  });
  // Its framework loads its last modules here.
  await gateway.ready();

  hands?.host.giveUpRoot();
  await meeting.begin();
  if (hands !== null) {
    working = await startWorkerSide({
      config,
      ...hands,
      queue,
      store,
      events,
      node: id,
      log,
      telemetry,
      tracing,
      onBug,
    });
  }
  const webhooks =
    outbox && createWebhooks({ outbox, policy: addressPolicy, version, clock: systemClock, log, telemetry });
  const counts = working?.sandbox.counts;
  telemetry.watch({
    queuedJobs: queue.depth,
    oldestJobMs: queue.oldestMs,
    redeliveries: meeting.redeliveries,
    nodes: () => meeting.nodes().length,
    waitingWebhooks: () => outbox?.size() ?? 0,
    slots: () => working?.worker.slots ?? 0,
    isReduced: () => hands?.host.isolation.isolation === "reduced",
    usedSlots: () => working?.worker.busySlots() ?? 0,
    boxes: () => counts?.().boxes ?? NO_BOXES,
    warmProcesses,
    warmMemoryBytes,
    failedBoxes: () => counts?.().failedBoxes ?? 0,
    lostLaunchers: () => counts?.().lostLaunchers ?? 0,
    isReady,
  });

  const parts: readonly Part[] = [
    { name: "telemetry", close: async () => telemetry.close() },
    { name: "traces", close: tracing.close },
    ...meeting.parts,
    ...(webhooks === null ? [] : [{ name: "webhooks", close: webhooks.close }]),
    ...(working?.parts ?? []),
  ];

  /**
   * Kills what runs, and refuses whoever waits for it or for what waits itself; what is kept goes on at the next start, or
   * on another node. A client that does not read its answer is cut off.
   */
  async function abandon(): Promise<void> {
    working?.worker.abandon();
    // What fails here fails again, and is told, when the parts are closed in order.
    await Promise.allSettled([working?.worker.close(), working?.sandbox.close()]);
    await webhooks?.close();
    await store.close();
    await delay(LAST_READ_MS);
    gateway.server.closeAllConnections();
  }

  return {
    gateway,
    async close(hurry) {
      isStopping = true;
      const onHurry = () => void abandon();
      hurry.addEventListener("abort", onHurry, { once: true });
      if (hurry.aborted) onHurry();
      // A worker alone says that it is live for as long as it runs something.
      if (!isGateway) await working?.worker.close();
      await gateway.close();
      // What runs without anybody who waits for it may end as well. In a hurry the worker closes soon.
      await working?.worker.close();
      hurry.removeEventListener("abort", onHurry);
      await closeInReverse(parts, CLOSE_DEADLINE_MS);
    },
  };
}

const NO_BOXES = { making: 0, prepared: 0, used: 0, leaving: 0 };
