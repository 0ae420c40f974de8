import { DEFAULT_RUN_LIMITS } from "../domain/limits.ts";
import type { BoxPlan } from "./box-plan.ts";
import { type BoxPool, createBoxPool } from "./box-pool.ts";
import { connectLauncher } from "./launcher-client.ts";
import { encodePlan } from "./plan-records.ts";
import { neverStarted } from "./run-report.ts";
import type { RunReport, RunSpec, Sandbox, SandboxLog } from "./sandbox.ts";

export interface SandboxOptions {
  /** Where the launcher listens. */
  readonly socketPath: string;
  /** What every box is made of. */
  readonly plan: BoxPlan;
  /** Boxes in use at once, from the start of a run until nothing is left of its box. By default all of the plan's lanes. */
  readonly slots?: number;
  /** Boxes of the default disk size that stand ready, at least one. Together with those in use they need lanes. */
  readonly prepared: number;
  /** Boxes with interpreters that stand ready, all kinds together; none by default. */
  readonly warm?: number;
  /** How much memory those and their zygotes may hold, bytes; any by default. */
  readonly warmBytes?: number;
  /** The disk size of most runs, bytes. */
  readonly defaultDiskBytes?: number;
  readonly log: SandboxLog;
  /** Called when the launcher lives but does not answer, and never will: whoever can replaces it. */
  readonly replaceLauncher: () => void;
}

/** How long boxes may take to be gone when the sandbox closes, milliseconds. */
const CLOSE_TIMEOUT_MS = 10_000;

/** Inodes of every box's writable file system. */
const BOX_INODES = 16_384;

/**
 * Runs programs in boxes of a launcher that listens at a unix socket. Boxes are made ahead; the connection is made again
 * when it breaks. Resolves when the first box stands ready.
 * @throws {LaunchError} with stage `connect` when there is no launcher or it did not accept the plan; with the step that
 * failed when boxes cannot be made.
 */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { socketPath, plan, prepared, log, replaceLauncher } = options;
  let pool: BoxPool | null = null;
  let lostLaunchers = 0;
  const launcher = await connectLauncher({
    socketPath,
    plan: encodePlan(plan),
    log,
    connected: () => pool?.launcherFound(),
    lost() {
      lostLaunchers += 1;
      pool?.launcherLost();
    },
    silent: replaceLauncher,
  });
  const boxes = createBoxPool({
    launcher,
    slots: options.slots ?? plan.lanes,
    prepared,
    defaultDiskBytes: options.defaultDiskBytes ?? DEFAULT_RUN_LIMITS.diskBytes,
    inodes: BOX_INODES,
    processes: plan.processes,
    warmStarts: plan.warmStarts,
    warm: options.warm ?? 0,
    warmBytes: options.warmBytes ?? Number.POSITIVE_INFINITY,
    log,
  });
  pool = boxes;
  boxes.launcherFound();

  async function run(spec: RunSpec, { signal }: { readonly signal?: AbortSignal } = {}): Promise<RunReport> {
    if (signal?.aborted) return neverStarted();
    const box = await boxes.take({ diskBytes: spec.limits.diskBytes, warm: spec.warm }, signal);
    if (box === null) return neverStarted();
    if (signal?.aborted) {
      box.kill();
      return neverStarted();
    }
    const kill = (): void => box.kill();
    signal?.addEventListener("abort", kill, { once: true });
    try {
      return await box.run(spec);
    } finally {
      signal?.removeEventListener("abort", kill);
    }
  }

  let closing: Promise<void> | null = null;

  async function close(): Promise<void> {
    const expired = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      log.error({}, "boxes were left to the launcher to destroy");
      expired.resolve();
    }, CLOSE_TIMEOUT_MS);
    await Promise.race([boxes.close(), expired.promise]);
    clearTimeout(timer);
    await launcher.close();
  }

  try {
    await boxes.firstBox;
  } catch (error) {
    await close();
    throw error;
  }

  return {
    run,
    isReady: () => launcher.lanes() > 0 && boxes.isHealthy(),
    counts: () => ({ ...boxes.counts(), lostLaunchers }),
    close: () => (closing ??= close()),
  };
}
