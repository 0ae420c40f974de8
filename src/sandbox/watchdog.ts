/** Notices a launcher that lives but does not answer. */
export interface Watchdog {
  /** It has said something. */
  heard(): void;
  close(): void;
}

/** How often it is looked for an answer that is overdue, milliseconds. */
const LOOK_MS = 5_000;
/** Looks in a row between which nothing was heard. More than one: it may be this process that stood still for a while. */
const SILENT_LOOKS = 3;

/**
 * @param options.owes whether something should have been said by this time of `performance.now()`.
 * @param options.silent called when it has owed something for 10 to 15 s and has said nothing at all.
 */
export function createWatchdog(options: {
  readonly owes: (nowMs: number) => boolean;
  readonly silent: () => void;
}): Watchdog {
  let silentLooks = 0;

  const timer = setInterval(() => {
    silentLooks = options.owes(performance.now()) ? silentLooks + 1 : 0;
    if (silentLooks < SILENT_LOOKS) return;
    silentLooks = 0;
    options.silent();
  }, LOOK_MS);

  return {
    heard() {
      silentLooks = 0;
    },
    close: () => clearInterval(timer),
  };
}
