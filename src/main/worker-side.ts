import type { Config } from "../config/settings.ts";
import { systemClock } from "../domain/clock.ts";
import type { NodeId } from "../domain/ids.ts";
import { toolchainRequirement } from "../domain/requirement.ts";
import { type FileStore, openFileStore } from "../engine/compile-cache/file-store.ts";
import { createEngine } from "../engine/engine.ts";
import type { Events } from "../events/events.ts";
import type { LanguageRegistry } from "../languages/registry.ts";
import type { Queue } from "../queue/queue.ts";
import { createSandbox } from "../sandbox/create-sandbox.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Store } from "../store/store.ts";
import type { TelemetryHub } from "../telemetry/create-telemetry.ts";
import type { Log } from "../telemetry/log.ts";
import type { Tracing } from "../telemetry/tracing.ts";
import { createWorker, type Worker } from "../worker/worker.ts";
import type { Part } from "./part.ts";
import { checkPreloads } from "./preloads.ts";
import type { Host } from "./start-host.ts";

/** What runs programs in a process. */
export interface WorkerSide {
  readonly worker: Worker;
  readonly sandbox: Sandbox;
  /** To be closed in reverse. */
  readonly parts: readonly Part[];
}

/** sandbox → engine → worker, made as the user that the launcher knows. It takes jobs at once. */
export async function startWorkerSide(options: {
  readonly config: Config;
  readonly languages: LanguageRegistry;
  readonly host: Pick<
    Host,
    "isolation" | "plan" | "warmStarts" | "warm" | "warmBytes" | "preload" | "compiledDirectory" | "launcher"
  >;
  readonly queue: Queue;
  readonly store: Store;
  readonly events: Events;
  readonly node: NodeId;
  readonly log: Log;
  readonly telemetry: TelemetryHub;
  readonly tracing: Tracing;
  readonly onBug: (error: unknown) => void;
}): Promise<WorkerSide> {
  const { config, languages, host, queue, store, events, node, log, telemetry, tracing, onBug } = options;
  const { slots } = config;
  const { plan, warmStarts, warm, warmBytes, launcher } = host;
  const { socketPath, replace: replaceLauncher } = launcher;
  const prepared = slots;
  const sandbox = await createSandbox({ socketPath, plan, slots, prepared, warm, warmBytes, log, replaceLauncher });
  try {
    await checkPreloads({ preload: host.preload, toolchains: languages.toolchains(), sandbox });
  } catch (error) {
    await sandbox.close();
    throw error;
  }
  const compiledFiles = await openCompiledFiles(host.compiledDirectory, config.compileCache, log);
  const engine = createEngine({ sandbox, languages, warmStarts, compiledFiles, log, telemetry });
  const offers = new Set(languages.toolchains().map(toolchainRequirement));
  const worker = createWorker({
    queue,
    store,
    events,
    offers,
    engine,
    slots,
    nodeId: node,
    isolation: host.isolation.isolation,
    clock: systemClock,
    log,
    telemetry,
    tracing,
    onBug,
  });
  return {
    worker,
    sandbox,
    parts: [
      { name: "sandbox", close: sandbox.close },
      { name: "worker", close: worker.close },
    ],
  };
}

const MIB = 1024 * 1024;

async function openCompiledFiles(directory: string | null, maxMiB: number, log: Log): Promise<FileStore | null> {
  if (directory === null) return null;
  const onTrouble = (err: unknown) => log.warn({ err }, "a compiled program cannot be kept");
  return openFileStore({ directory, maxBytes: maxMiB * MIB, onTrouble });
}
