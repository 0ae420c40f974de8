import type { Isolation } from "../domain/node.ts";
import { createEngine, type Engine } from "../engine/engine.ts";
import type { LanguageRegistry } from "../languages/registry.ts";
import { createSandbox } from "../sandbox/create-sandbox.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Log } from "../telemetry/log.ts";
import { orNoBoxes } from "./start-error.ts";
import { startHost } from "./start-host.ts";

/** An engine for one caller, one run at a time: no queue, no worker, no HTTP. */
export interface LocalEngine {
  readonly engine: Engine;
  readonly sandbox: Pick<Sandbox, "run">;
  readonly isolation: Isolation;
  close(): Promise<void>;
}

/**
 * Starts what runs programs in boxes. This process is nobody in particular from then on: it can be done once.
 * @param options.languages which the engine has.
 * @param options.announce told, in words for a person, what takes its time.
 * @throws {StartError}
 */
export async function startLocalEngine(options: {
  readonly languages: LanguageRegistry;
  /** What is accepted, where there is no more. */
  readonly isolation: Isolation;
  readonly log: Log;
  readonly announce: (text: string) => void;
}): Promise<LocalEngine> {
  const { languages, log } = options;
  const host = await startHost({ slots: 1, warm: 0, warmBytes: 0, keepsCompiled: false, ...options });
  const { plan, launcher, warmStarts } = host;
  try {
    host.giveUpRoot();
    const { socketPath, replace: replaceLauncher } = launcher;
    const sandbox = await orNoBoxes(
      launcher,
      createSandbox({ socketPath, plan, slots: 1, prepared: 1, log, replaceLauncher }),
    );
    // Nobody reads the metrics of a few runs; what goes wrong with one is in the log.
    const telemetry = { runRetried: () => undefined };
    return {
      engine: createEngine({ sandbox, languages, warmStarts, compiledFiles: null, log, telemetry }),
      sandbox,
      isolation: host.isolation.isolation,
      async close() {
        await sandbox.close();
        await launcher.stop();
      },
    };
  } catch (error) {
    await launcher.stop();
    throw error;
  }
}
