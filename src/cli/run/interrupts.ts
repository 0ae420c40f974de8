/** Signals by which somebody wants a run to end. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Interrupts {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
  /** The name of the first signal that came; null when none has. */
  caught(): NodeJS.Signals | null;
  close(): void;
}

/** Takes the first signal for a wish to end well. A second one ends the process at once, as if nobody watched. */
export function watchInterrupts(): Interrupts {
  const abort = new AbortController();
  let name: NodeJS.Signals | null = null;

  function onSignal(signal: NodeJS.Signals): void {
    name = signal;
    close();
    abort.abort();
  }

  function close(): void {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }

  for (const signal of SIGNALS) process.on(signal, onSignal);
  return { signal: abort.signal, caught: () => name, close };
}
