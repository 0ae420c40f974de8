import { resolve } from "node:path";
import { type Config, flagOf } from "../config/settings.ts";
import { loadDocsPage } from "../gateway/docs-page.ts";
import { createLog } from "../telemetry/log.ts";
import { type Composition, compose } from "./compose.ts";
import { takeDataPlace } from "./data-directory.ts";
import { describeAccess } from "./describe-access.ts";
import { describeStart } from "./describe-start.ts";
import { readKeys } from "./key-store.ts";
import { loadLanguages } from "./load-languages.ts";
import { readVersion, viewerDirectory } from "./package-files.ts";
import { createKeys, isLoopback } from "./plan-access.ts";
import type { IsolationPlan } from "./plan-isolation.ts";
import { orNoBoxes, orStartError, StartError } from "./start-error.ts";
import { type HostVariation, startHost } from "./start-host.ts";
import { createStopping, type Stopping } from "./stopping.ts";
import { watchKeys } from "./watch-keys.ts";

/** One for the next run, one for the one after it: booting takes longer than most programs run. */
const WARM_PER_SLOT = 2;

/**
 * Runs gateway, worker, queue and sandbox in this process until it is told to stop.
 *
 * It begins as root and goes on as nobody in particular: `startHost` does what needs root. Then it becomes the user that
 * the supervisor made for it, and only then it speaks to the launcher and listens.
 * @param announce told, in words for a person, what the server does.
 * @returns the exit status for the process.
 * @throws {StartError}
 * @throws {KeysFileError}
 */
export async function serve(
  config: Config,
  announce: (text: string) => void,
  variation: HostVariation = {},
): Promise<number> {
  const log = createLog({ level: config.log });
  const keysPath = resolve(config.keysFile);
  const keys = createKeys(config);
  const found = readKeys(keysPath);
  keys.replace(found);
  if (!isLoopback(config.host) && !config.public && !found?.length) refuseWithoutKeys(config, keysPath);
  const languages = await loadLanguages({ folder: config.languages, announce });
  const { slots } = config;
  const warm = config.warm ?? WARM_PER_SLOT * slots;
  const host = await startHost({
    slots,
    warm,
    isolation: config.isolation,
    keepsCompiled: config.compileCache > 0,
    languages,
    log,
    announce,
    variation,
  });
  const { launcher, isolation } = host;
  const directory = resolve(config.dataDirectory);
  const data = await orStartError(
    `Nothing can be kept in ${directory} (${flagOf("dataDirectory")})`,
    takeDataPlace({ directory, owner: launcher }),
  );
  const version = readVersion();
  const docsPage = await orStartError("The page of the API's document is missing", loadDocsPage(viewerDirectory()));
  const stopping = createStopping(log);
  const follower = watchKeys({ path: keysPath, keys, launcherPath: host.launcherPath, log });
  const ignoreEnds = [
    // Without its supervisor nothing would replace a launcher that dies, without the follower a key that is removed would
    // stay valid, and this process has no right to start another of either.
    watchEnd(launcher.exited, (how) => stopping.fail(new Error(`The supervisor ended: ${how}`), { isHopeless: true })),
    watchEnd(follower.exited, (how) => stopping.fail(new Error(`The follower of the keys file ended: ${how}`))),
  ];
  try {
    refuseReducedForOthers(config, isolation);
    const parts = await orNoBoxes(
      launcher,
      compose({
        config,
        keys,
        languages,
        isolation,
        plan: host.plan,
        warmStarts: host.warmStarts,
        warm,
        dataDirectory: data.path,
        compiledDirectory: host.compiledDirectory,
        launcher,
        version,
        docsPage,
        log,
        giveUpRoot: host.giveUpRoot,
        onBug: (error) => stopping.fail(error),
      }),
    );
    await runUntilStopped(parts, stopping, async () => {
      const address = await listen(parts, config);
      const access = describeAccess(config, { path: keysPath, keys: found });
      announce(
        describeStart({
          address,
          version,
          languages: languages.list(),
          access,
          lacks: isolation.lacks,
          isKeyNeeded: keys.demand() === "required",
        }),
      );
    });
    return stopping.exitStatus();
  } finally {
    for (const ignore of ignoreEnds) ignore();
    await follower.close();
    await launcher.stop();
    data.close();
    stopping.close();
  }
}

function refuseWithoutKeys({ host }: Config, keysPath: string): never {
  throw new StartError(
    `Others can reach ${host}, and there are no API keys in ${keysPath}. Make one with \`millrace keys add NAME\`, or let everybody run programs with --public`,
  );
}

function refuseReducedForOthers({ host, forceReduced }: Config, { isolation }: IsolationPlan): void {
  if (isolation === "full" || isLoopback(host) || forceReduced) return;
  throw new StartError(
    `Others can reach ${host}, and isolation is reduced: boxes have no control groups here. Listen on 127.0.0.1, or have it so all the same with --force-reduced`,
  );
}

/** @returns what to call when the end is expected. */
function watchEnd(exited: Promise<string>, onUnexpected: (how: string) => void): () => void {
  let isExpected = false;
  void exited.then((how) => {
    if (!isExpected) onUnexpected(how);
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
