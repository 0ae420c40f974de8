import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from "pino";

/** What modules need of a logger. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "silent"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** How much waits to be written while it cannot be, bytes. What comes after that is lost. */
const BACKLOG_MAX_BYTES = 1 << 20;

/**
 * A log of JSON lines on standard error. It is written synchronously and without a worker thread: the last line before
 * the process ends is there, and giving up privileges concerns one thread only. Where it cannot be written, on a full disk,
 * the server goes on without it; lines come late when there is space again.
 */
export function createLog(options: { readonly level: LogLevel; readonly stream?: DestinationStream }): Logger {
  const stream = options.stream ?? standardError();
  return pino({ level: options.level, base: null, timestamp: stdTimeFunctions.isoTime }, stream);
}

function standardError(): DestinationStream {
  const stream = destination({ dest: 2, sync: true, maxLength: BACKLOG_MAX_BYTES });
  stream.on("error", () => undefined); // there is no other place where it could be told
  return stream;
}
