import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { Objm } from "@nats-io/obj";
import { type ConnectionOptions, connect, credsAuthenticator, type NatsConnection } from "@nats-io/transport-node";
import { createIdentityCheck } from "./server-identity.ts";

/** A connection to NATS, and what JetStream offers over it. */
export interface Broker {
  readonly connection: NatsConnection;
  readonly jetStream: JetStreamClient;
  readonly streams: JetStreamManager;
  readonly keyValues: Kvm;
  readonly objects: Objm;
  /** Replies to this process come to subjects below it. */
  readonly inboxPrefix: string;
  /** Whether it is connected at this moment; it reconnects by itself. */
  isConnected(): boolean;
  /** Whether it has been without connection for longer than another server of the cluster, or one that restarts, takes. */
  isAway(): boolean;
  /** Calls back each time the connection is there again. */
  onReconnect(listener: () => void): void;
  /** Resolves when the connection has ended for good without `close`: the server refuses this user. */
  readonly lost: Promise<Error>;
  /** Sends what waits to be sent, then disconnects. */
  close(): Promise<void>;
}

export interface BrokerOptions {
  /** Like `nats://host:4222`; several of one cluster. */
  readonly servers: readonly string[];
  /** What this process is to be called in the server's lists. */
  readonly name: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** A user's JWT and seed, as `nsc` writes them. */
  readonly credentials?: Uint8Array | undefined;
  /** PEM texts: what signed the server's certificate, and this client's own certificate and key. Without, there is no TLS. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  /** Replies come to subjects below it. Where users may not read each other's replies, each has one of its own. */
  readonly inboxPrefix?: string | undefined;
}

/** How long a request to the server may take, milliseconds. */
const REQUEST_TIMEOUT_MS = 5_000;
const RECONNECT_WAIT_MS = 250;
const RECONNECT_JITTER_MS = 250;
const USUAL_INBOX_PREFIX = "_INBOX";
/** A connection without an answer to this many pings, this far apart, is given up. */
const PING_INTERVAL_MS = 5_000;
const MOST_PINGS_UNANSWERED = 2;
const DRAIN_TIMEOUT_MS = 3_000;
const AWAY_AFTER_MS = 2_000;

/**
 * Connects once; a connection that is lost later is made again until `close`, however long that takes, unless the server
 * refuses this user.
 * @throws {Error} when no server can be reached, or it refuses this user.
 */
export async function connectBroker(options: BrokerOptions): Promise<Broker> {
  const { inboxPrefix = USUAL_INBOX_PREFIX } = options;
  const connection = await connect({
    servers: [...options.servers],
    name: options.name,
    timeout: REQUEST_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    reconnectJitterTLS: RECONNECT_JITTER_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: MOST_PINGS_UNANSWERED,
    ...credentialsOf(options),
    ...tlsOf(options),
    inboxPrefix,
  });
  try {
    const listeners: (() => void)[] = [];
    const lost = Promise.withResolvers<Error>();
    let isClosing = false;
    void connection.closed().then((error) => {
      if (!isClosing)
        lost.resolve(error instanceof Error ? error : new Error("The connection to the NATS server ended"));
    });
    let lostAtMs: number | null = null;
    void (async () => {
      for await (const { type } of connection.status()) {
        if (type === "disconnect") lostAtMs ??= performance.now();
        if (type !== "reconnect") continue;
        lostAtMs = null;
        for (const listener of listeners) listener();
      }
    })();
    return {
      connection,
      jetStream: jetstream(connection, { timeout: REQUEST_TIMEOUT_MS }),
      // Whether JetStream is there shows when the layout is looked for: users who may do less cannot ask.
      streams: await jetstreamManager(connection, { checkAPI: false, timeout: REQUEST_TIMEOUT_MS }),
      keyValues: new Kvm(connection),
      objects: new Objm(connection),
      inboxPrefix,
      isConnected: () => lostAtMs === null && !connection.isClosed(),
      isAway: () => connection.isClosed() || (lostAtMs !== null && performance.now() - lostAtMs > AWAY_AFTER_MS),
      onReconnect: (listener) => void listeners.push(listener),
      lost: lost.promise,
      close() {
        isClosing = true;
        return disconnect(connection);
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function credentialsOf({ credentials, user, password }: BrokerOptions): Partial<ConnectionOptions> {
  if (credentials !== undefined) return { authenticator: credsAuthenticator(credentials) };
  return user === undefined ? {} : { user, pass: password ?? "" };
}

function tlsOf({ tls, servers }: BrokerOptions): Partial<ConnectionOptions> {
  if (tls === undefined) return {};
  const withCheck = { ...tls, checkServerIdentity: createIdentityCheck(servers) };
  return { tls: withCheck };
}

/** Without a server nothing can be sent: then what waits is dropped, and whoever it was for finds out by itself. */
async function disconnect(connection: NatsConnection): Promise<void> {
  if (connection.isClosed()) return;
  const late = setTimeout(() => void connection.close(), DRAIN_TIMEOUT_MS);
  try {
    await Promise.race([connection.drain(), connection.closed()]);
  } catch {
    // There is no server at this moment.
    await connection.close();
  } finally {
    clearTimeout(late);
  }
}
