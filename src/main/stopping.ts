import { systemClock } from "../domain/clock.ts";
import type { Log } from "../telemetry/log.ts";

/** When and how fast the server has to end. */
export interface Stopping {
  /** Aborts when nothing new is to be taken: after SIGTERM or SIGINT, or a failure. */
  readonly stop: AbortSignal;
  /** Aborts, after `stop`, when what still runs is not to be waited for any longer. */
  readonly hurry: AbortSignal;
  /** 0 after a signal, 1 after a failure. */
  exitStatus(): number;
  /** Ends the server because something is broken; `isHopeless` when what runs cannot end well either. */
  fail(error: unknown, options?: { readonly isHopeless: boolean }): void;
  close(): void;
}

/** How long executions may go on after the first signal, milliseconds. */
export const DRAIN_MS = 30_000;

/** A terminal's Ctrl-C reaches the whole process group, and npm hands it on once more: that is not a second one, milliseconds. */
const ECHO_MS = 300;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const BUGS = ["uncaughtException", "unhandledRejection"] as const;

/**
 * Listens to the process: the first signal stops it, a second one hurries it, an error that nobody caught stops it too.
 * @param target whose events count; a test brings its own.
 */
export function createStopping(log: Log, target: NodeJS.EventEmitter = process): Stopping {
  const stop = new AbortController();
  const hurry = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let status = 0;
  let signalledAtMs = Number.NEGATIVE_INFINITY;

  function begin(): void {
    stop.abort();
    timer ??= setTimeout(() => hurry.abort(), DRAIN_MS);
  }

  function onSignal(signal: string): void {
    const isEcho = systemClock.nowMs() - signalledAtMs < ECHO_MS;
    if (isEcho) return;
    signalledAtMs = systemClock.nowMs();
    if (stop.signal.aborted) {
      log.warn({ signal }, "stopping at once: what still runs is killed");
      hurry.abort();
    } else {
      log.info({ signal }, "stopping: what runs may end; a second signal kills it");
      begin();
    }
  }

  function fail(error: unknown, { isHopeless } = { isHopeless: false }): void {
    log.error({ err: error }, "stopping: something is broken");
    status = 1;
    begin();
    if (isHopeless) hurry.abort();
  }

  const onBug = (error: unknown) => fail(error);
  for (const signal of SIGNALS) target.on(signal, onSignal);
  for (const bug of BUGS) target.on(bug, onBug);

  return {
    stop: stop.signal,
    hurry: hurry.signal,
    exitStatus: () => status,
    fail,
    close() {
      clearTimeout(timer);
      for (const signal of SIGNALS) target.off(signal, onSignal);
      for (const bug of BUGS) target.off(bug, onBug);
    },
  };
}
