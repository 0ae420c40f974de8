import type { Box } from "./box.ts";
import type { LaunchError } from "./sandbox.ts";

/** Runs that wait for a box, the oldest first. */
export interface WaitingLine {
  readonly isEmpty: () => boolean;
  /** The disk sizes that are waited for. */
  readonly sizes: () => readonly number[];
  /** Waits; resolves with null when the signal aborts first. */
  join(diskBytes: number, signal: AbortSignal | undefined): Promise<Box | null>;
  /** Asks `find` for a box for each in turn, and hands over what it gives. @returns whether it gave any. */
  serve(find: (diskBytes: number) => Box | undefined): boolean;
  /** Sends everyone away. */
  reject(error: LaunchError): void;
}

interface Waiter {
  readonly diskBytes: number;
  readonly leave: (outcome: { box: Box | null } | { error: LaunchError }) => void;
}

export function createWaitingLine(): WaitingLine {
  const waiters = new Set<Waiter>();

  return {
    isEmpty: () => waiters.size === 0,
    sizes: () => Array.from(waiters, (waiter) => waiter.diskBytes),
    join(diskBytes, signal) {
      return new Promise((resolve, reject) => {
        const giveUp = (): void => waiter.leave({ box: null });
        const waiter: Waiter = {
          diskBytes,
          leave(outcome) {
            waiters.delete(waiter);
            signal?.removeEventListener("abort", giveUp);
            if ("box" in outcome) resolve(outcome.box);
            else reject(outcome.error);
          },
        };
        waiters.add(waiter);
        signal?.addEventListener("abort", giveUp, { once: true });
      });
    },
    serve(find) {
      let hasServed = false;
      for (const waiter of waiters) {
        const box = find(waiter.diskBytes);
        if (box === undefined) continue;
        waiter.leave({ box });
        hasServed = true;
      }
      return hasServed;
    },
    reject(error) {
      for (const waiter of waiters) waiter.leave({ error });
    },
  };
}
