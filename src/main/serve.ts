import type { Config } from "../config/settings.ts";
import { loadRegistry } from "../languages/registry.ts";
import type { BoxPlan } from "../sandbox/box-plan.ts";
import { type LauncherProcess, startLauncherProcess } from "../sandbox/launcher-process.ts";
import { createLog, type Log } from "../telemetry/log.ts";
import { buildLauncher } from "./build-launcher.ts";
import { type Composition, compose } from "./compose.ts";
import { describeStart } from "./describe-start.ts";
import { LANGUAGES_DIRECTORY, NATIVE_DIRECTORY, readVersion } from "./package-files.ts";
import { planBoxes } from "./plan-boxes.ts";
import { dropPrivileges } from "./privileges.ts";
import { orStartError, StartError } from "./start-error.ts";
import { createStopping, type Stopping } from "./stopping.ts";

/** What the proof by mutation replaces, to show that a test notices; nobody else should. */
export interface ServeVariation {
  /** Another launcher than the one that is built from `native/`. */
  readonly launcherPath?: string;
  /** Changes the plan of every box. */
  readonly varyPlan?: (plan: BoxPlan) => BoxPlan;
}

/**
 * Runs gateway, worker, queue and sandbox in this process until it is told to stop.
 *
 * It begins as root and goes on as nobody in particular. As root it looks for toolchains, plans the boxes and starts the
 * launcher's supervisor. Then it becomes the user that the supervisor made for it, and only then it speaks to the
 * launcher and listens. By then every module and file that it needs is loaded: the package may lie where only root looks.
 * @param announce told, in words for a person, what the server does.
 * @returns the exit status for the process.
 * @throws {StartError}
 */
export async function serve(
  config: Config,
  announce: (text: string) => void,
  variation: ServeVariation = {},
): Promise<number> {
  refuseWithoutRoot();
  const log = createLog({ level: config.log });
  const path =
    variation.launcherPath ??
    (await orStartError("There is no launcher", buildLauncher({ nativeDirectory: NATIVE_DIRECTORY, announce })));
  const languages = await loadRegistry({ directory: LANGUAGES_DIRECTORY, millraceNode: process.execPath });
  const planned = await planBoxes({ slots: config.slots, toolchains: languages.trees() });
  const plan = variation.varyPlan?.(planned) ?? planned;
  const version = readVersion();

  const stopping = createStopping(log);
  const launcher = await orStartError("The launcher cannot start", startLauncherProcess({ path, log: relay(log) }));
  const ignoreEnd = watchSupervisor(launcher, stopping);
  try {
    const parts = await orStartError(
      "Boxes cannot be made",
      compose({
        config,
        languages,
        plan,
        launcher,
        version,
        log,
        giveUpRoot() {
          process.chdir("/");
          dropPrivileges(launcher);
        },
        onBug: (error) => stopping.fail(error),
      }),
    );
    await runUntilStopped(parts, stopping, async () => {
      const address = await listen(parts, config);
      announce(describeStart({ address, version, languages: languages.list() }));
    });
    return stopping.exitStatus();
  } finally {
    ignoreEnd();
    await launcher.stop();
    stopping.close();
  }
}

function refuseWithoutRoot(): void {
  if (process.platform !== "linux")
    throw new StartError("Millrace needs Linux: boxes are made of its namespaces and cgroups");
  if (process.getuid?.() === 0) return;
  throw new StartError(
    "Millrace has to be started as root (try sudo): namespaces, mounts and cgroups of boxes need it. The server itself gives root up before it listens",
  );
}

function relay(log: Log): (line: string) => void {
  return (line) => log.warn({ line }, "the launcher says");
}

/**
 * Without its supervisor nothing would replace a launcher that dies, and this process has no right to start another.
 * @returns what to call before the supervisor is let go.
 */
function watchSupervisor(launcher: LauncherProcess, stopping: Stopping): () => void {
  let isExpected = false;
  void launcher.exited.then((how) => {
    if (!isExpected) stopping.fail(new Error(`The launcher's supervisor ended: ${how}`), { isHopeless: true });
  });
  return () => {
    isExpected = true;
  };
}

/** Closes the parts whatever happens: at the end, and when the start fails. */
async function runUntilStopped(parts: Composition, stopping: Stopping, start: () => Promise<void>): Promise<void> {
  try {
    if (!stopping.stop.aborted) await start();
    await aborted(stopping.stop);
  } finally {
    await parts.close(stopping.hurry);
  }
}

async function listen({ gateway }: Composition, { host, port }: Config): Promise<string> {
  return orStartError(`Cannot listen on ${host}, port ${port}`, gateway.listen({ host, port }));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
