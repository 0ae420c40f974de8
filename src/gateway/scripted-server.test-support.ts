import type { FastifyInstance } from "fastify";
import { systemClock } from "../domain/clock.ts";
import type { Execution, ExecutionResult } from "../domain/execution.ts";
import type { NodeId } from "../domain/ids.ts";
import type { Progress } from "../domain/progress.ts";
import { toolchainRequirement } from "../domain/requirement.ts";
import { SAMPLE_RUN } from "../domain/sample-execution.test-support.ts";
import { createEmbeddedEvents } from "../events/embedded-events.ts";
import type { Detected } from "../languages/detect.ts";
import { parseManifest } from "../languages/manifest.ts";
import { createRegistry, type LanguageRegistry } from "../languages/registry.ts";
import { createToolchain } from "../languages/toolchain.ts";
import type { Lease, Queue } from "../queue/queue.ts";
import { createScratchStore } from "../store/embedded/scratch-store.test-support.ts";
import type { Store } from "../store/store.ts";
import { createTelemetry, type TelemetryHub } from "../telemetry/create-telemetry.ts";
import { EXECUTION_LINE } from "../telemetry/execution-line.ts";
import { createLog } from "../telemetry/log.ts";
import { NO_TRACING } from "../telemetry/tracing.ts";
import type { AccessOptions } from "./access/access.ts";
import { createKeyRing } from "./access/key-ring.ts";
import { loadDocsPage } from "./docs-page.ts";
import { createGateway, type NetworkOptions } from "./gateway.ts";

const NODE = "node_1" as NodeId;

/** What a test's worker makes of an execution; `cancelled` aborts when the client is gone. */
export type Script = (
  execution: Execution,
  cancelled: AbortSignal,
  progress?: Progress | null,
) => Promise<Partial<ExecutionResult>> | Partial<ExecutionResult>;

export interface ScriptedServer {
  readonly app: FastifyInstance;
  /** What the worker was given, in order. */
  readonly executions: Execution[];
  /** Parsed lines of the log, those of executions apart. */
  readonly logged: Record<string, unknown>[];
  readonly executionLines: Record<string, unknown>[];
  readonly telemetry: TelemetryHub;
  isReady: boolean;
  close(): Promise<void>;
}

const UNLIMITED = { ratePerMinute: null, concurrency: null };

const ANYBODY = {
  keys: createKeyRing({ need: "if-configured" }),
  isPublic: false,
  keyLimits: UNLIMITED,
  anonymousLimits: UNLIMITED,
  allowedOrigins: [],
  allowedHosts: [],
  clock: systemClock,
};
const DOCS_PAGE = await loadDocsPage("node_modules/swagger-ui-dist");

/** A gateway before a queue, whose one worker does as the script says. */
export function startScriptedServer(options: {
  readonly queue: Queue;
  readonly store?: Store;
  readonly script?: Script;
  readonly slots?: number;
  readonly access?: Partial<AccessOptions>;
  readonly network?: Partial<NetworkOptions>;
}): ScriptedServer {
  const { queue, script = () => ({}), slots = 1 } = options;
  const store = options.store ?? createScratchStore();
  const events = createEmbeddedEvents({ whenDone: (id) => store.whenDone(id, { signal: stopped.signal }) });
  const languages = someLanguages();
  const offers = new Set(languages.toolchains().map(toolchainRequirement));
  const executions: Execution[] = [];
  const logged: Record<string, unknown>[] = [];
  const executionLines: Record<string, unknown>[] = [];
  const stopped = new AbortController();
  const log = createLog({ level: "info", stream: { write: (line) => keep(JSON.parse(line)) } });
  const keep = (line: Record<string, unknown>) => (line["msg"] === EXECUTION_LINE ? executionLines : logged).push(line);
  const telemetry = createTelemetry({ log, version: "0.0.0" });
  const server: ScriptedServer = {
    app: createGateway({
      queue,
      store,
      events,
      languages,
      warmProcesses: () => ({ python: 2 }),
      warmMemoryBytes: () => ({ python: 7_000_000 }),
      cluster: {
        nodes: async () => [
          {
            id: NODE,
            roles: ["gateway", "worker"],
            host: "here",
            languages: { python: ["3.11.2"] },
            version: "1.2.3",
            isReady: server.isReady,
            slots,
            usedSlots: 0,
            isolation: "full",
            lacks: [],
            recent: telemetry.recent(),
          },
        ],
        queue: async () => ({ jobs: queue.depth(), oldestMs: queue.oldestMs() }),
      },
      isReady: () => server.isReady,
      findWebhookFault: (url) => (url.startsWith("https://") ? null : "an https:// address"),
      clock: systemClock,
      log,
      telemetry,
      tracing: NO_TRACING,
      access: { ...ANYBODY, ...options.access },
      network: { trustedProxies: [], connectionsPerNetwork: 1_000, ...options.network },
      version: "0.0.0",
      docsPage: DOCS_PAGE,
    }),
    executions,
    logged,
    executionLines,
    telemetry,
    isReady: true,
    async close() {
      events.close();
      telemetry.close();
      stopped.abort();
      await queue.close();
      await Promise.all(workers);
      await store.close();
      await server.app.close();
    },
  };
  const workers = Array.from({ length: slots }, () => work());

  async function work(): Promise<void> {
    while (!stopped.signal.aborted) {
      const lease = await queue.take({ signal: stopped.signal, offers }).catch(() => null);
      if (lease === null) return;
      await execute(lease);
      await lease.ack();
    }
  }

  async function execute(lease: Lease): Promise<void> {
    const { execution } = lease.job;
    const start = await store.start(lease.job, NODE);
    if (start.kind !== "run") return;
    executions.push(execution);
    const result = {
      ...resultOf(execution),
      ...(await script(execution, lease.cancelled, events.progressOf(execution.id, NODE, Promise.resolve()))),
    };
    await store.complete(execution.id, start.attempt, result);
    telemetry.executionEnded(result, lease.job.submitter);
  }

  return server;
}

function resultOf(execution: Execution): ExecutionResult {
  return {
    id: execution.id,
    status: "ok",
    language: execution.language,
    version: execution.version,
    compile: null,
    run: SAMPLE_RUN,
    queuedMs: 0.5,
    totalMs: 3,
    node: NODE,
    isolation: "full",
  };
}

/** python in two versions; java, which is compiled and names its main file; c, which is not installed. */
function someLanguages(): LanguageRegistry {
  return createRegistry([
    entry("python", ["py"], "main.py", [detected("3.11.2"), detected("3.9.1")]),
    entry("java", [], "{ default: Main.java, topLevelName: 'public class (\\w+)' }", [detected("17.0.2")], COMPILE),
    entry("c", [], "main.c", []),
  ]);
}

function detected(version: string): Detected {
  return { executable: `/usr/bin/tool-${version}`, version, stamp: "1@2", tools: {} };
}

const COMPILE = 'compile: { command: ["{executable}", "{compileArgs}", "{sources}"], artifacts: [out/] }';

function entry(
  id: string,
  aliases: readonly string[],
  mainFile: string,
  toolchains: readonly Detected[],
  compile = "",
) {
  const text = `
id: ${id}
name: ${id}
aliases: [${aliases.join()}]
extensions: [.${id}]
mainFile: ${mainFile}
hello: hello
detect: { executables: [/usr/bin/tool], versionPattern: '([0-9.]+)', debianPackage: ${id}-package }
${compile}
run: { command: ["{executable}", "{mainFile}"], limits: { openFiles: 300 } }
`;
  const manifest = parseManifest(text, `${id}.yaml`);
  return { manifest, toolchains: toolchains.map((one) => createToolchain(manifest, one)) };
}
