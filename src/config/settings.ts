import { availableParallelism, homedir } from "node:os";
import { join } from "node:path";
import { MOST_CLIENT_LIMITS } from "../domain/client-limits.ts";
import { ISOLATIONS } from "../domain/node.ts";
import { LOG_LEVELS } from "../telemetry/log.ts";
import {
  hostName,
  type Kind,
  listenAddress,
  listOf,
  natsUrl,
  network,
  oneOf,
  origin,
  serverUrl,
  text,
  textsByName,
  toggle,
  wholeNumber,
} from "./kinds.ts";

/** A setting is declared once, here. Flags, variables, the file, help, `millrace config` and the documents follow. */
export interface Setting<Value> {
  readonly kind: Kind<Value>;
  /** The value when nobody says one; null for none. */
  readonly fallback: () => Value | null;
  /** The default in words, where the value depends on the host. */
  readonly fallbackInWords?: string;
  /** What it is for, in half a sentence. */
  readonly help: string;
  /**
   * Who needs it: a server, and a program run without one; or a client of a server. A client's settings are never in
   * the file: one that lies in a folder from somebody else could have keys sent to an address of theirs.
   */
  readonly side: "server" | "client";
  /** A variable of others that says it, too, where ours does not. */
  readonly otherVariable?: string;
  /** Its value is never printed. */
  readonly isSecret?: true;
  /** A server's setting that is not in the file either: what it names is started by root. */
  readonly isNeverInFile?: true;
}

/** Others than root have theirs at home; whoever has none, nowhere that it could write. */
function usualDataDirectory(): string {
  const roots = "/var/lib/millrace";
  if (process.getuid?.() === 0) return roots;
  try {
    return join(homedir(), ".local/state/millrace");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_SYSTEM_ERROR") return roots;
    throw error;
  }
}

/** Half of the boxes that a launcher can hold at once: as many as run may stand ready. */
const MOST_SLOTS = 128;

/** What lanes are left for when as many programs run as may. */
const MOST_WARM = 64;

/**
 * Every setting by its name in the configuration file. `logLevel` would be `--log-level` as a flag and
 * `MILLRACE_LOG_LEVEL` in the environment.
 */
export const SETTINGS = {
  host: {
    kind: listenAddress,
    fallback: () => "127.0.0.1",
    help: "address to listen on; one that others can reach needs API keys, or public",
    side: "server",
  },
  port: {
    kind: wholeNumber(0, 65_535),
    fallback: () => 8080,
    help: "TCP port to listen on; 0 takes a free one",
    side: "server",
  },
  slots: {
    kind: wholeNumber(1, MOST_SLOTS),
    // A run often waits for the kernel or its input, so two for each processor keep all of them busy.
    fallback: () => Math.min(2 * availableParallelism(), MOST_SLOTS),
    fallbackInWords: "two per processor",
    help: "how many programs may run at once",
    side: "server",
  },
  warm: {
    kind: wholeNumber(0, MOST_WARM),
    fallback: () => null,
    fallbackInWords: "two per slot",
    help: "how many interpreters may stand ready, booted ahead; 0 for none",
    side: "server",
  },
  warmMemory: {
    kind: wholeNumber(1, 1_048_576),
    fallback: () => null,
    fallbackInWords: "a quarter of what all boxes may use",
    help: "MiB of memory that those may hold together; what programs ask for least goes first",
    side: "server",
  },
  preload: {
    kind: textsByName("modules by language, like {python: [decimal]} in a file and python:decimal elsewhere"),
    fallback: () => ({}),
    fallbackInWords: "none",
    help: "modules that interpreters which are booted ahead have loaded already",
    side: "server",
  },
  compileCache: {
    kind: wholeNumber(0, 1_048_576),
    fallback: () => 1_024,
    help: "MiB of compiled programs that are kept on disk; 0 for none",
    side: "server",
  },
  queue: {
    kind: wholeNumber(1, 100_000),
    fallback: () => 1_000,
    help: "how many executions of one language and version may wait; more are refused with 429",
    side: "server",
  },
  dataDirectory: {
    kind: text("folder"),
    fallback: usualDataDirectory,
    fallbackInWords: "/var/lib/millrace; for others than root .local/state/millrace in their home",
    help: "where executions that were answered 202 are kept; servers may share it",
    side: "server",
  },
  storeSize: {
    kind: wholeNumber(16, 1_048_576),
    fallback: () => 1_024,
    help: "MiB of such executions and their results on disk",
    side: "server",
  },
  keepResults: {
    kind: wholeNumber(1, 2_592_000),
    fallback: () => 3_600,
    help: "seconds for which their results are kept",
    side: "server",
  },
  webhookNetworks: {
    kind: listOf(network, "addresses like 10.0.0.1 and networks like 10.0.0.0/8"),
    fallback: () => [],
    fallbackInWords: "none",
    help: "networks that web hooks may be sent to beside the public Internet; there http:// will do",
    side: "server",
  },
  tracesEndpoint: {
    kind: serverUrl,
    fallback: () => null,
    fallbackInWords: "none",
    otherVariable: "OTEL_EXPORTER_OTLP_ENDPOINT",
    help: "where traces are sent, by OTLP over HTTP, like http://127.0.0.1:4318; OTEL_EXPORTER_OTLP_ENDPOINT says it as well",
    side: "server",
  },
  languages: {
    kind: text("folder"),
    fallback: () => null,
    fallbackInWords: "/etc/millrace/languages, where it exists",
    help: "folder with manifests of further languages",
    side: "server",
    isNeverInFile: true,
  },
  nats: {
    kind: listOf(natsUrl, "nats:// or tls:// addresses of one cluster"),
    fallback: () => [],
    fallbackInWords: "none: one process is everything",
    help: "NATS servers with JetStream at which gateways and workers meet",
    side: "server",
  },
  natsUser: {
    kind: text("name"),
    fallback: () => null,
    help: "user for the NATS server; its replies come to _INBOX_name",
    side: "server",
  },
  natsPassword: {
    kind: text("password"),
    fallback: () => null,
    help: "password of that user; as a variable it stays out of the list of processes",
    side: "server",
    isSecret: true,
  },
  natsCredentials: {
    kind: text("path"),
    fallback: () => null,
    help: "credentials file for the NATS server, as nsc makes it; in place of a user and a password",
    side: "server",
  },
  natsCa: {
    kind: text("path"),
    fallback: () => null,
    fallbackInWords: "the authorities that Node knows",
    help: "PEM file with what signed the NATS server's certificate",
    side: "server",
  },
  natsCert: {
    kind: text("path"),
    fallback: () => null,
    help: "PEM file with this node's own certificate for the NATS server",
    side: "server",
  },
  natsKey: {
    kind: text("path"),
    fallback: () => null,
    help: "PEM file with the key of that certificate",
    side: "server",
  },
  natsInsecure: {
    kind: toggle,
    fallback: () => false,
    help: "speak to NATS servers on other hosts without TLS, as in a network of their own",
    side: "server",
  },
  natsReplicas: {
    kind: wholeNumber(1, 5),
    fallback: () => 1,
    help: "how many NATS servers keep each job and result: 1, or 3 of a cluster of three",
    side: "server",
  },
  log: {
    kind: oneOf(LOG_LEVELS),
    fallback: () => "info" as const,
    help: `least severity that is logged: ${LOG_LEVELS.join(", ")}`,
    side: "server",
  },
  keysFile: {
    kind: text("path"),
    fallback: () => "/etc/millrace/keys.json",
    help: "API keys; once it is there every client needs one",
    side: "server",
  },
  public: {
    kind: toggle,
    fallback: () => false,
    help: "let clients without an API key run programs, within the limits below",
    side: "server",
  },
  publicRate: {
    kind: wholeNumber(1, MOST_CLIENT_LIMITS.ratePerMinute),
    fallback: () => 60,
    help: "public: requests a minute from one address without a key",
    side: "server",
  },
  publicConcurrency: {
    kind: wholeNumber(1, MOST_CLIENT_LIMITS.concurrency),
    fallback: () => 4,
    help: "public: executions under way at once from one address without a key",
    side: "server",
  },
  isolation: {
    kind: oneOf(ISOLATIONS),
    fallback: () => "full" as const,
    help: "reduced: on a host without control groups, start with boxes that are bounded less well",
    side: "server",
  },
  forceReduced: {
    kind: toggle,
    fallback: () => false,
    help: "let others than this machine reach a server whose isolation is reduced",
    side: "server",
  },
  allowOrigin: {
    kind: listOf(origin, "origins like https://docs.example"),
    fallback: () => [],
    fallbackInWords: "none",
    help: "web pages that may use the server, beside its own",
    side: "server",
  },
  allowHost: {
    kind: listOf(hostName, "names like code.example, without ports"),
    fallback: () => [],
    fallbackInWords: "none",
    help: "names of the server by which clients without a key may use it, beside addresses and localhost",
    side: "server",
  },
  trustProxy: {
    kind: listOf(network, "addresses like 10.0.0.1 and networks like 10.0.0.0/8"),
    fallback: () => [],
    fallbackInWords: "none",
    help: "proxies whose X-Forwarded-For says where a request comes from",
    side: "server",
  },
  connectionsPerAddress: {
    kind: wholeNumber(1, 10_000),
    fallback: () => 512,
    help: "connections that one address may have open; this machine and trusted proxies any number",
    side: "server",
  },
  url: {
    kind: serverUrl,
    fallback: () => null,
    help: "server that runs the program; without it the program runs here",
    side: "client",
  },
  key: {
    kind: text("key"),
    fallback: () => null,
    help: "API key for that server; as a variable it stays out of the list of processes",
    side: "client",
    isSecret: true,
  },
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

type ValueOf<S extends (typeof SETTINGS)[SettingName]> = S extends { readonly kind: Kind<infer Value> }
  ? Value | (null extends ReturnType<S["fallback"]> ? null : never)
  : never;

/** The value of every setting. */
export type Config = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** The setting, without what only its own type knows. */
export function settingOf(name: SettingName): Setting<unknown> {
  return SETTINGS[name];
}

/** Like `--log-level`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Like `MILLRACE_LOG_LEVEL`. */
export function variableOf(name: string): string {
  return `MILLRACE_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** Whether a configuration file may say it. */
export function isInFile(name: SettingName): boolean {
  const { side, isNeverInFile } = settingOf(name);
  return side === "server" && isNeverInFile !== true;
}

/** The default in words, for people. */
export function fallbackText(name: SettingName): string {
  const { fallback, fallbackInWords } = settingOf(name);
  return fallbackInWords ?? String(fallback() ?? "none");
}
