import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { Config } from "../config/settings.ts";
import { systemClock } from "../domain/clock.ts";
import { nodeId } from "../domain/ids.ts";
import type { NodeStatus } from "../domain/node.ts";
import { toolchainRequirement } from "../domain/requirement.ts";
import { type FileStore, openFileStore } from "../engine/compile-cache/file-store.ts";
import { createEngine } from "../engine/engine.ts";
import type { WarmStarts } from "../engine/warm-starts.ts";
import type { KeyRing } from "../gateway/access/key-ring.ts";
import type { DocsPage } from "../gateway/docs-page.ts";
import { createGateway } from "../gateway/gateway.ts";
import { queueUnfinished } from "../gateway/to-job.ts";
import type { LanguageRegistry } from "../languages/registry.ts";
import { createEmbeddedQueue } from "../queue/embedded/embedded-queue.ts";
import type { BoxPlan } from "../sandbox/box-plan.ts";
import { createSandbox } from "../sandbox/create-sandbox.ts";
import type { LauncherProcess } from "../sandbox/launcher-process.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { createEmbeddedStore } from "../store/embedded/embedded-store.ts";
import { openExecutionFile } from "../store/embedded/execution-file.ts";
import { createTelemetry } from "../telemetry/create-telemetry.ts";
import type { Log } from "../telemetry/log.ts";
import { createWorker } from "../worker/worker.ts";
import { closeInReverse, type Part } from "./part.ts";
import { planAccess } from "./plan-access.ts";
import type { IsolationPlan } from "./plan-isolation.ts";
import { orStartError } from "./start-error.ts";

/** All parts of one process, joined; not yet listening. */
export interface Composition {
  readonly gateway: FastifyInstance;
  /**
   * Takes nothing new, answers what is under way, then lets every part go.
   * @param hurry aborts when waiting executions are to be refused and running ones killed.
   * @throws {AggregateError} when a part could not be closed.
   */
  close(hurry: AbortSignal): Promise<void>;
}

/** How long one part may take to close, milliseconds. */
const CLOSE_DEADLINE_MS = 10_000;

/** How long clients may take to read their answers once nothing runs any more, milliseconds. */
const LAST_READ_MS = 1_000;

/** The file of executions in the data directory. */
const EXECUTIONS = "executions.sqlite";

/** How long it is remembered that there was a result which is not kept any longer, milliseconds. */
const REMEMBER_MS = 24 * 3_600_000;

/**
 * languages → sandbox → engine → queue → worker → gateway, made from both ends: what needs files of the package first, as
 * root; then what speaks to the launcher, as the user that the launcher knows.
 * @param options.giveUpRoot called between the two.
 * @param options.onBug hears of errors that are bugs: the process should end.
 */
export async function compose(options: {
  readonly config: Config;
  /** Of the gateway's clients; whoever made it keeps it up to date. */
  readonly keys: KeyRing;
  readonly languages: LanguageRegistry;
  readonly isolation: IsolationPlan;
  readonly plan: BoxPlan;
  /** Interpreters of the plan that are booted ahead, and how many may stand ready at once. */
  readonly warmStarts: WarmStarts;
  readonly warm: number;
  /** Where accepted executions are kept; this process's alone. */
  readonly dataDirectory: string;
  /** Where compiled programs are kept; null for nowhere. */
  readonly compiledDirectory: string | null;
  readonly launcher: Pick<LauncherProcess, "socketPath" | "replace">;
  /** Of Millrace. */
  readonly version: string;
  readonly docsPage: DocsPage;
  readonly log: Log;
  readonly giveUpRoot: () => void;
  readonly onBug: (error: unknown) => void;
}): Promise<Composition> {
  const { config, languages, plan, launcher, version, docsPage, log, onBug } = options;
  const { slots } = config;
  let sandbox: Sandbox | null = null;
  let isStopping = false;

  const queue = createEmbeddedQueue({ capacity: config.queue, clock: systemClock });
  const store = createEmbeddedStore({
    clock: systemClock,
    openFile: () =>
      openExecutionFile({
        path: join(options.dataDirectory, EXECUTIONS),
        maxBytes: config.storeSize * MIB,
        keepMs: config.keepResults * 1_000,
        rememberMs: REMEMBER_MS,
        clock: systemClock,
      }),
    onTrouble: (err) => log.error({ err }, "results that have expired cannot be let go of"),
  });
  const isReady = () => !isStopping && sandbox?.isReady() === true;
  const telemetry = createTelemetry({ log, version });
  const id = nodeId(randomUUID());
  let usedSlots = () => 0;
  const node = (): NodeStatus => ({
    id,
    version,
    isReady: isReady(),
    slots,
    usedSlots: usedSlots(),
    ...options.isolation,
    recent: telemetry.recent(),
  });
  const gateway = createGateway({
    queue,
    store,
    languages,
    cluster: {
      nodes: async () => [node()],
      queue: async () => ({ jobs: queue.depth(), oldestMs: queue.oldestMs() }),
    },
    warmLanguages: new Set(Array.from(options.warmStarts.keys(), ({ language }) => language)),
    isReady,
    version,
    docsPage,
    clock: systemClock,
    log,
    telemetry,
    ...planAccess(config, options.keys),
  });
  // Its framework loads its last modules here.
  await gateway.ready();

  options.giveUpRoot();
  await orStartError(`Executions cannot be kept in ${options.dataDirectory}`, (async () => store.open())());
  const { socketPath, replace: replaceLauncher } = launcher;
  const { warm, warmStarts } = options;
  sandbox = await createSandbox({ socketPath, plan, slots, prepared: slots, warm, log, replaceLauncher });
  const compiledFiles = await openCompiledFiles(options.compiledDirectory, config.compileCache, log);
  const engine = createEngine({ sandbox, languages, warmStarts, compiledFiles, log, telemetry });
  const unfinished = await queueUnfinished(store, queue);
  if (unfinished > 0) log.info({ unfinished }, "executions that were accepted before this start go on");
  const offers = new Set(languages.toolchains().map(toolchainRequirement));
  const worker = createWorker({
    queue,
    store,
    offers,
    engine,
    slots,
    nodeId: id,
    isolation: options.isolation.isolation,
    clock: systemClock,
    log,
    telemetry,
    onBug,
  });

  usedSlots = worker.busySlots;
  const { counts } = sandbox;
  telemetry.watch({
    queuedJobs: queue.depth,
    oldestJobMs: queue.oldestMs,
    slots: () => slots,
    isReduced: () => options.isolation.isolation === "reduced",
    usedSlots: worker.busySlots,
    boxes: () => counts().boxes,
    failedBoxes: () => counts().failedBoxes,
    lostLaunchers: () => counts().lostLaunchers,
    isReady,
  });

  const parts: readonly Part[] = [
    { name: "telemetry", close: async () => telemetry.close() },
    { name: "store", close: store.close },
    { name: "queue", close: queue.close },
    { name: "sandbox", close: sandbox.close },
    { name: "worker", close: worker.close },
  ];

  /**
   * Kills what runs, and refuses whoever waits for it or for what waits itself; what is kept goes on at the next start. A
   * client that does not read its answer is cut off.
   */
  async function abandon(): Promise<void> {
    worker.abandon();
    // What fails here fails again, and is told, when the parts are closed in order.
    await Promise.allSettled([worker.close(), sandbox?.close()]);
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
      await gateway.close();
      // What runs without anybody who waits for it may end as well. In a hurry the worker closes soon.
      await worker.close();
      hurry.removeEventListener("abort", onHurry);
      await closeInReverse(parts, CLOSE_DEADLINE_MS);
    },
  };
}

const MIB = 1024 * 1024;

async function openCompiledFiles(directory: string | null, maxMiB: number, log: Log): Promise<FileStore | null> {
  if (directory === null) return null;
  const onTrouble = (err: unknown) => log.warn({ err }, "a compiled program cannot be kept");
  return openFileStore({ directory, maxBytes: maxMiB * MIB, onTrouble });
}
