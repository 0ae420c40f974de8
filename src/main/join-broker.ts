import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { type Broker, connectBroker } from "../broker/broker.ts";
import { awaitLayout, ensureLayout, type Layout } from "../broker/layout.ts";
import type { Config } from "../config/settings.ts";
import type { Role } from "../domain/node.ts";
import { isLoopback } from "./plan-access.ts";
import { orStartError, StartError } from "./start-error.ts";

/** Two servers that are started together find each other within so long, milliseconds. */
const FIRST_CONNECTION_MS = 10_000;
const TRY_AGAIN_MS = 500;

/** Whether this process meets others at a broker. */
export function isDistributed({ nats }: Pick<Config, "nats">): boolean {
  return nats.length > 0;
}

/**
 * Connects to the broker, and makes what is missing there, or waits until a gateway has. To be called as the user who may
 * read the files with credentials; they are not read again.
 * @param options.announce told, in words for a person, what it waits for.
 * @throws {StartError}
 */
export async function joinBroker(options: {
  readonly config: Config;
  readonly roles: readonly Role[];
  readonly announce: (text: string) => void;
  /** Aborts when the process is to end before it has joined. */
  readonly signal: AbortSignal;
}): Promise<{ readonly broker: Broker; readonly layout: Layout }> {
  const { config, roles, announce, signal } = options;
  refuseClearText(config);
  const broker = await orStartError(
    `The NATS server cannot be reached at ${config.nats.join(", ")}`,
    connectSoon(config, roles, signal),
  );
  try {
    const layout = roles.includes("gateway")
      ? ensureLayout(broker, {
          replicas: config.natsReplicas,
          capacity: config.queue,
          keepMs: config.keepResults * 1_000,
        })
      : awaitLayout(broker, { signal, announce });
    return { broker, layout: await orStartError("The NATS server does not do what is needed", layout) };
  } catch (error) {
    await broker.close();
    throw error;
  }
}

async function connectSoon(config: Config, roles: readonly Role[], signal: AbortSignal): Promise<Broker> {
  const { natsUser, natsPassword, natsCredentials } = config;
  const tls = await readTls(config);
  const giveUpAtMs = performance.now() + FIRST_CONNECTION_MS;
  for (;;) {
    try {
      return await connectBroker({
        servers: config.nats,
        name: `millrace ${roles.join(" and ")} on ${hostname()}`,
        user: natsUser ?? undefined,
        password: natsPassword ?? undefined,
        credentials: natsCredentials === null ? undefined : await readFile(natsCredentials),
        tls,
        inboxPrefix: natsUser === null ? undefined : `_INBOX_${natsUser}`,
      });
    } catch (error) {
      if (performance.now() > giveUpAtMs) throw error;
      await delay(TRY_AGAIN_MS, undefined, { signal });
    }
  }
}

async function readTls({ nats, natsCa, natsCert, natsKey }: Config) {
  const isWanted = natsCa !== null || natsCert !== null || nats.some((url) => url.startsWith("tls:"));
  if (!isWanted) return undefined;
  const [ca, cert, key] = await Promise.all(
    [natsCa, natsCert, natsKey].map((path) => (path === null ? undefined : readFile(path, "utf8"))),
  );
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

/** Programs and their results would be open to everybody on the way, and so would the password. */
function refuseClearText(config: Config): void {
  if (config.natsInsecure || config.natsCa !== null) return;
  const open = config.nats.find((url) => !url.startsWith("tls:") && !isOnThisHost(new URL(url).hostname));
  if (open === undefined) return;
  throw new StartError(
    `${open} is on another host, and without TLS everybody on the way could read and change what is sent. Use tls://, or --nats-ca with what signed its certificate; or say --nats-insecure where the network is yours alone`,
  );
}

/** Whether a server of that name is this host's own. */
export function isOnThisHost(host: string): boolean {
  return host === "localhost" || host === "[::1]" || isLoopback(host);
}
