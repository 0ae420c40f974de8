import { resolve } from "node:path";
import { type Config, flagOf } from "../config/settings.ts";
import { ROLES, type Role } from "../domain/node.ts";
import { loadDocsPage } from "../gateway/docs-page.ts";
import type { LanguageRegistry } from "../languages/registry.ts";
import { loadSharedCatalogue } from "../languages/shared-catalogue.ts";
import { createLog, type Log } from "../telemetry/log.ts";
import { NO_TRACING, type Tracing } from "../telemetry/tracing.ts";
import { type Composition, compose } from "./compose.ts";
import { takeDataPlace } from "./data-directory.ts";
import { describeAccess } from "./describe-access.ts";
import { describeStart, describeWorkerStart } from "./describe-start.ts";
import { followKeys } from "./follow-keys.ts";
import { isDistributed, isOnThisHost, joinBroker } from "./join-broker.ts";
import { readKeys } from "./key-store.ts";
import { languageDirectories, loadLanguages } from "./load-languages.ts";
import { meetAtBroker, meetHere } from "./meeting.ts";
import { readVersion, viewerDirectory } from "./package-files.ts";
import { createKeys, isLoopback } from "./plan-access.ts";
import { usualWarmBytes } from "./plan-boxes.ts";
import type { IsolationPlan } from "./plan-isolation.ts";
import { refuseUnknownPreloads } from "./preloads.ts";
import { orNoBoxes, orStartError, StartError } from "./start-error.ts";
import { type Host, type HostVariation, startHost } from "./start-host.ts";
import { createStopping, type Stopping } from "./stopping.ts";

/** One for the next run, one for the one after it: booting takes longer than most programs run. */
const WARM_PER_SLOT = 2;

const MIB = 1024 * 1024;

/**
 * Runs what the roles say in this process until it is told to stop: gateway and worker with a queue of their own, or as a
 * node of many that meet at a broker.
 *
 * A worker begins as root and goes on as nobody in particular: `startHost` does what needs root. Then it becomes the user
 * that the supervisor made for it, and only then it speaks to the launcher and listens. A gateway alone needs no root.
 * @param announce told, in words for a person, what the server does.
 * @returns the exit status for the process.
 * @throws {StartError}
 * @throws {KeysFileError}
 */
export async function serve(
  config: Config,
  announce: (text: string) => void,
  { roles = ROLES, variation = {} }: { readonly roles?: readonly Role[]; readonly variation?: HostVariation } = {},
): Promise<number> {
  const isGateway = roles.includes("gateway");
  const log = createLog({ level: config.log });
  const keysPath = resolve(config.keysFile);
  const keys = createKeys(config);
  const found = readKeys(keysPath);
  keys.replace(found);
  if (isGateway && !isLoopback(config.host) && !config.public && !found?.length) refuseWithoutKeys(config, keysPath);
  const version = readVersion();
  const docsPage = await orStartError("The page of the API's document is missing", loadDocsPage(viewerDirectory()));
  const tracing = await startTracing({ config, roles, version, log });
  const stopping = createStopping(log);
  const closers: (() => Promise<void>)[] = [];
  try {
    const hands = roles.includes("worker") ? await startHands({ config, log, announce, variation }) : null;
    if (hands !== null) {
      closers.push(watchLauncher(hands.host, stopping));
      refuseReducedForOthers(config, hands.host.isolation);
    }
    const follower = followKeys({ path: keysPath, keys, launcherPath: hands?.host.launcherPath ?? null, log });
    // Without it a key that is removed would stay valid, and this process has no right to start another.
    const ignoreEnd = watchEnd(follower.exited, (how) =>
      stopping.fail(new Error(`The follower of the keys file ended: ${how}`)),
    );
    closers.push(async () => {
      ignoreEnd();
      await follower.close();
    });
    const { catalogue, meet, close } = await planMeeting({ config, roles, hands, log, announce, stopping });
    closers.push(close);
    const composing = compose({
      config,
      roles,
      meet,
      catalogue,
      hands,
      keys,
      version,
      docsPage,
      log,
      tracing,
      onBug: (error) => stopping.fail(error),
    });
    const parts = await (hands === null ? composing : orNoBoxes(hands.host.launcher, composing));
    await runUntilStopped(parts, stopping, async () => {
      const address = await listen(parts, config);
      const access = describeAccess(config, { path: keysPath, keys: found });
      const isKeyNeeded = keys.demand() === "required";
      const languages = hands?.languages.list() ?? [];
      const lacks = hands?.host.isolation.lacks ?? [];
      const describe = isGateway ? describeStart : describeWorkerStart;
      announce(describe({ address, version, languages, access, isKeyNeeded, lacks, nats: config.nats }));
    });
    return stopping.exitStatus();
  } finally {
    for (const close of closers.toReversed()) await close();
    stopping.close();
  }
}

/** As the user who may read the packages for it, wherever they are. */
async function startTracing(options: {
  readonly config: Config;
  readonly roles: readonly Role[];
  readonly version: string;
  readonly log: Log;
}): Promise<Tracing> {
  const { config, roles, version, log } = options;
  const endpoint = config.tracesEndpoint;
  if (endpoint === null) return NO_TRACING;
  const { createOpenTelemetry } = await import("../telemetry/open-telemetry.ts");
  const service = roles.length === 1 ? `millrace-${roles[0]}` : "millrace";
  return createOpenTelemetry({ endpoint, service, version, log });
}

/** What runs programs: the languages of this host, and its boxes. */
async function startHands(options: {
  readonly config: Config;
  readonly log: Log;
  readonly announce: (text: string) => void;
  readonly variation: HostVariation;
}) {
  const { config, log, announce, variation } = options;
  const { slots } = config;
  const warm = config.warm ?? WARM_PER_SLOT * slots;
  const languages = await loadLanguages({ folder: config.languages, announce });
  refuseUnknownPreloads(config.preload, languages);
  const host = await startHost({
    slots,
    warm,
    warmBytes: config.warmMemory === null ? usualWarmBytes() : config.warmMemory * MIB,
    preload: config.preload,
    isolation: config.isolation,
    keepsCompiled: config.compileCache > 0,
    languages,
    log,
    announce,
    variation,
  });
  return { languages, host };
}

/** Without its supervisor nothing would replace a launcher that dies. @returns ends both. */
function watchLauncher({ launcher }: Host, stopping: Stopping): () => Promise<void> {
  const ignoreEnd = watchEnd(launcher.exited, (how) =>
    stopping.fail(new Error(`The supervisor ended: ${how}`), { isHopeless: true }),
  );
  return async () => {
    ignoreEnd();
    await launcher.stop();
  };
}

/** Joins the broker, where there is one: as the user who may read what is needed for that. */
async function planMeeting(options: {
  readonly config: Config;
  readonly roles: readonly Role[];
  readonly hands: { readonly languages: LanguageRegistry; readonly host: Host } | null;
  readonly log: Log;
  readonly announce: (text: string) => void;
  readonly stopping: Stopping;
}): Promise<Pick<Parameters<typeof compose>[0], "catalogue" | "meet"> & { close(): Promise<void> }> {
  const { config, roles, hands, log, announce, stopping } = options;
  if (!isDistributed(config)) {
    if (hands === null) throw new StartError("A gateway alone needs a broker to find workers at: give it --nats");
    const directory = resolve(config.dataDirectory);
    const data = await orStartError(
      `Nothing can be kept in ${directory} (${flagOf("dataDirectory")})`,
      takeDataPlace({ directory, owner: hands.host.launcher }),
    );
    return {
      catalogue: hands.languages,
      meet: async (node) => meetHere({ config, dataDirectory: data.path, log, ...node }),
      close: async () => data.close(),
    };
  }
  const shared = await orStartError(
    "The languages cannot be read",
    languageDirectories(config.languages).then(loadSharedCatalogue),
  );
  const { broker, layout } = await joinBroker({ config, roles, announce, signal: stopping.stop });
  void broker.lost.then((error) => stopping.fail(new Error(`The NATS server was lost: ${error.message}`)));
  const catalogue = roles.includes("gateway") ? shared : null;
  return {
    catalogue: shared,
    meet: ({ describe }) => meetAtBroker({ broker, layout, describe, catalogue, log }),
    close: broker.close,
  };
}

function refuseWithoutKeys({ host }: Config, keysPath: string): never {
  throw new StartError(
    `Others can reach ${host}, and there are no API keys in ${keysPath}. Make one with \`millrace keys add NAME\`, or let everybody run programs with --public`,
  );
}

function refuseReducedForOthers({ host, nats, forceReduced }: Config, { isolation }: IsolationPlan): void {
  if (isolation === "full" || forceReduced) return;
  const open = [...(isLoopback(host) ? [] : [host]), ...nats.filter((url) => !isOnThisHost(new URL(url).hostname))];
  if (open.length === 0) return;
  throw new StartError(
    `Others can reach ${open.join(", ")}, and isolation is reduced: boxes have no control groups here. Listen on 127.0.0.1, or have it so all the same with --force-reduced`,
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
