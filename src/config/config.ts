import { isIPv4 } from "node:net";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { z } from "zod";
import { LOG_LEVELS } from "../telemetry/log.ts";

/** Half of the boxes that a launcher can hold at once: as many as run may stand ready. */
const MOST_SLOTS = 128;

function wholeNumber(least: number, most: number) {
  const message = `a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.number().min(least, message).max(most, message));
}

function isLoopback(host: string): boolean {
  return host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/** Every setting: its environment variable, its flag, what is right, its default and what it is for. */
const SETTINGS = {
  port: {
    variable: "MILLRACE_PORT",
    schema: wholeNumber(0, 65_535),
    fallback: () => 8080,
    help: "TCP port to listen on; 0 takes a free one",
  },
  host: {
    variable: "MILLRACE_HOST",
    schema: z
      .string()
      .transform((host) => (host === "localhost" ? "127.0.0.1" : host))
      .refine(isLoopback, "a loopback address (127.0.0.1, ::1 or localhost): there is no authentication yet"),
    fallback: () => "127.0.0.1",
    help: "address to listen on; loopback only",
  },
  slots: {
    variable: "MILLRACE_SLOTS",
    schema: wholeNumber(1, MOST_SLOTS),
    // A run often waits for the kernel or its input, so two for each processor keep all of them busy.
    fallback: () => Math.min(2 * availableParallelism(), MOST_SLOTS),
    help: "how many programs may run at once",
  },
  queue: {
    variable: "MILLRACE_QUEUE",
    schema: wholeNumber(1, 100_000),
    fallback: () => 1_000,
    help: "how many executions may wait before new ones are refused",
  },
  log: {
    variable: "MILLRACE_LOG",
    schema: z.enum(LOG_LEVELS, { error: `one of ${LOG_LEVELS.join(", ")}` }),
    fallback: () => "info" as const,
    help: `least severity that is logged: ${LOG_LEVELS.join(", ")}`,
  },
} as const;

type Settings = typeof SETTINGS;

export type Config = { readonly [Name in keyof Settings]: z.output<Settings[Name]["schema"]> };

/** A setting is wrong. The message names it and says what would be right. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Reads the settings: a flag wins over the environment variable, which wins over the default.
 * An empty variable counts as not set. This is the only place that reads the process's environment.
 * @param argv the arguments after the command.
 * @throws {ConfigError}
 */
export function readConfig(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Config {
  const flags = readFlags(argv);
  const entries = Object.entries(SETTINGS).map(([name, setting]) => {
    const flag = flags[name];
    const variable = env[setting.variable];
    if (flag !== undefined) return [name, check(`--${name}`, flag, setting.schema)];
    if (variable !== undefined && variable !== "") return [name, check(setting.variable, variable, setting.schema)];
    return [name, setting.fallback()];
  });
  return Object.fromEntries(entries) as Config;
}

function readFlags(argv: readonly string[]): Record<string, string | undefined> {
  const options = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, { type: "string" as const }]));
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const known = Object.keys(SETTINGS).map((name) => `--${name}`);
    throw new ConfigError(`${(cause as Error).message} (the flags are ${known.join(", ")})`, { cause });
  }
}

function check(source: string, given: string, schema: z.ZodType): unknown {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${source} has to be ${parsed.error.issues[0]?.message}, not ${JSON.stringify(given)}`);
}

/** The settings, one line each, for `--help`. */
export function describeSettings(): string {
  const rows = Object.entries(SETTINGS).map(([name, { variable, help, fallback }]) => {
    return `  --${name.padEnd(6)} ${variable.padEnd(15)} ${help} (default ${fallback()})`;
  });
  return rows.join("\n");
}
