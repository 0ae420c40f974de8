import { chmod, chown, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Isolation } from "../domain/node.ts";
import { listWarmStarts, type Preload, type WarmStarts, warmStartsOf } from "../engine/warm-starts.ts";
import type { LanguageRegistry } from "../languages/registry.ts";
import { type BoxPlan, sourcesOf } from "../sandbox/box-plan.ts";
import { type LauncherProcess, startLauncherProcess } from "../sandbox/launcher-process.ts";
import type { Log } from "../telemetry/log.ts";
import { buildLauncher, gateBeside } from "./build-launcher.ts";
import { describeShortfall, findHostUser, type HostUser } from "./host-user.ts";
import { NATIVE_DIRECTORY } from "./package-files.ts";
import { planBoxes } from "./plan-boxes.ts";
import { type IsolationPlan, planIsolation, refusePowerless } from "./plan-isolation.ts";
import { dropPrivileges, verifyPowerless } from "./privileges.ts";
import { orStartError, StartError } from "./start-error.ts";

/** What root alone can do, done: what a process needs to make boxes from then on, as nobody in particular. */
export interface Host {
  readonly isolation: IsolationPlan;
  /** What every box is made of. */
  readonly plan: BoxPlan;
  /** Interpreters of the plan that can be booted ahead. */
  readonly warmStarts: WarmStarts;
  /** How many of them may stand ready at once. */
  readonly warm: number;
  /** How much memory those may hold, bytes. */
  readonly warmBytes: number;
  /** Modules that they load, by language. */
  readonly preload: Preload;
  /** Where compiled programs are kept, and nobody but this process writes then; null when they are not. */
  readonly compiledDirectory: string | null;
  /** The launcher's binary. */
  readonly launcherPath: string;
  /** Stop it last. */
  readonly launcher: LauncherProcess;
  /**
   * Becomes the user that the launcher takes orders from. Every module and file that is needed later has to be loaded by
   * then: the package may lie where only root looks.
   */
  giveUpRoot(): void;
}

/** What the proof by mutation replaces, to show that a test notices; nobody else should. */
export interface HostVariation {
  /** Another launcher than the one that is built from `native/`. */
  readonly launcherPath?: string;
  /** Changes the plan of every box. */
  readonly varyPlan?: (plan: BoxPlan) => BoxPlan;
}

/**
 * Compiles the launcher if need be, plans the boxes and starts the launcher's supervisor.
 * @param options.slots how many boxes may run at once.
 * @param options.warm how many interpreters may stand ready, booted ahead.
 * @param options.warmBytes how much memory those may hold.
 * @param options.preload modules that they load, by language.
 * @param options.isolation what the operator accepts, where there is no more.
 * @param options.keepsCompiled whether compiled programs are to be kept on disk.
 * @param options.languages whose toolchains boxes have to show.
 * @param options.announce told, in words for a person, what takes its time.
 * @throws {StartError}
 */
export async function startHost(options: {
  readonly slots: number;
  readonly warm: number;
  readonly warmBytes: number;
  readonly preload?: Preload;
  readonly isolation: Isolation;
  readonly keepsCompiled: boolean;
  readonly log: Log;
  readonly announce: (text: string) => void;
  readonly languages: Pick<LanguageRegistry, "trees" | "toolchains">;
  readonly variation?: HostVariation;
}): Promise<Host> {
  const { slots, warm, warmBytes, preload = {}, languages, log, announce, variation = {} } = options;
  refuseWithoutLinux();
  const user = findHostUser();
  const shortfall = describeShortfall(user);
  if (shortfall !== null) announce(shortfall);
  refusePowerless();
  const isolation = planIsolation(options.isolation);
  const path =
    variation.launcherPath ??
    (await orStartError("There is no launcher", buildLauncher({ nativeDirectory: NATIVE_DIRECTORY, announce })));
  const hasOneId = user.kind === "rootless" && user.ids.count === 0;
  const warmStarts = warmStartsOf(warm > 0 ? languages.toolchains() : [], { canFork: !hasOneId, preload });
  const planning = planBoxes({
    slots,
    warm,
    toolchains: languages.trees(),
    warmStarts: listWarmStarts(warmStarts),
    gate: gateBeside(path),
    canMakeDevices: user.kind === "root",
  });
  const planned = await orStartError("Boxes cannot be planned", planning);
  const plan = variation.varyPlan?.(planned) ?? planned;
  const args = isolation.isolation === "reduced" ? ["reduced"] : [];
  const relay = (line: string) => log.warn({ line }, "the launcher says");
  if (user.kind === "rootless") {
    const directory = user.runtimeDirectory;
    await orStartError("There is no place for its sockets", mkdir(directory, { recursive: true, mode: 0o700 }));
  }
  const started = await orStartError(
    "The launcher cannot start",
    startLauncherProcess({ path, args: [...args, ...argumentsFor(user)], sources: sourcesOf(plan), log: relay }),
  );
  // In a namespace of its own the supervisor calls this user root.
  const launcher = user.kind === "root" ? started : { ...started, uid: user.uid, gid: user.gid };
  return {
    isolation,
    plan,
    warmStarts,
    warm,
    warmBytes,
    preload,
    compiledDirectory: options.keepsCompiled ? await makeCompiledDirectory(user, launcher) : null,
    launcherPath: path,
    launcher,
    giveUpRoot() {
      process.chdir("/");
      if (user.kind === "root") dropPrivileges(launcher);
      else verifyPowerless(user.uid);
    },
  };
}

/** The next server that gets the same place among those of this host finds what this one has kept. */
async function makeCompiledDirectory(user: HostUser, { uid, gid }: LauncherProcess): Promise<string | null> {
  if (user.cacheDirectory === null) return null;
  const isRoot = user.kind === "root";
  const directory = join(user.cacheDirectory, isRoot ? `compiled-${uid}` : "compiled");
  await orStartError(
    `Compiled programs cannot be kept in ${directory}`,
    mkdir(directory, { recursive: true }).then(async () => {
      await chmod(directory, 0o700);
      if (isRoot) await chown(directory, uid, gid);
    }),
  );
  return directory;
}

/** What the supervisor is told; see native/supervisor.c. */
function argumentsFor(user: HostUser): readonly string[] {
  if (user.kind === "root") return [];
  const { firstUid, firstGid, count } = user.ids;
  return ["rootless", user.runtimeDirectory, String(firstUid), String(firstGid), String(count)];
}

function refuseWithoutLinux(): void {
  if (process.platform === "linux") return;
  throw new StartError("Millrace needs Linux: boxes are made of its namespaces and cgroups");
}
