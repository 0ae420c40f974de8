import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from "pino";

/** What modules need of a logger. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "silent"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * A log of JSON lines on standard error. It is written synchronously and without a worker thread: the last line before
 * the process ends is there, and giving up privileges concerns one thread only.
 */
export function createLog(options: { readonly level: LogLevel; readonly stream?: DestinationStream }): Logger {
  const stream = options.stream ?? destination({ dest: 2, sync: true });
  return pino({ level: options.level, base: null, timestamp: stdTimeFunctions.isoTime }, stream);
}
