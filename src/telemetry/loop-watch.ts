/** Watches how late the event loop comes to what is due, while there is something to do. */
export interface LoopWatch {
  /** There is something to do. */
  note(): void;
  close(): void;
}

const TICK_MS = 10;
/** How long it goes on watching after the last note, milliseconds. At rest it would only wake the process up. */
const LINGER_MS = 1_000;

/** @param record told, at each tick, by how many seconds it was late. Timers count whole milliseconds. */
export function createLoopWatch(record: (seconds: number) => void): LoopWatch {
  let timer: NodeJS.Timeout | null = null;
  let dueAtMs = 0;
  let notedAtMs = 0;

  function tick(): void {
    const nowMs = performance.now();
    record(Math.max(0, nowMs - dueAtMs) / 1000);
    dueAtMs = nowMs + TICK_MS;
    if (nowMs - notedAtMs > LINGER_MS) close();
  }

  function close(): void {
    if (timer !== null) clearInterval(timer);
    timer = null;
  }

  return {
    note() {
      notedAtMs = performance.now();
      if (timer !== null) return;
      dueAtMs = notedAtMs + TICK_MS;
      timer = setInterval(tick, TICK_MS).unref();
    },
    close,
  };
}
