import type { Box } from "./box.ts";
import type { BoxKind } from "./box-kind.ts";
import type { LaunchError } from "./sandbox.ts";

/** Runs that wait for a box, the oldest first. */
export interface WaitingLine {
  readonly isEmpty: () => boolean;
  /** What is waited for. */
  readonly kinds: () => readonly BoxKind[];
  /** Waits; resolves with null when the signal aborts first. */
  join(kind: BoxKind, signal: AbortSignal | undefined): Promise<Box | null>;
  /** Asks `find` for a box for each in turn, and hands over what it gives. @returns whether it gave any. */
  serve(find: (kind: BoxKind) => Box | undefined): boolean;
  /** Sends everyone away. */
  reject(error: LaunchError): void;
}

interface Waiter {
  readonly kind: BoxKind;
  readonly leave: (outcome: { box: Box | null } | { error: LaunchError }) => void;
}

export function createWaitingLine(): WaitingLine {
  const waiters = new Set<Waiter>();

  return {
    isEmpty: () => waiters.size === 0,
    kinds: () => Array.from(waiters, (waiter) => waiter.kind),
    join(kind, signal) {
      return new Promise((resolve, reject) => {
        const giveUp = (): void => waiter.leave({ box: null });
        const waiter: Waiter = {
          kind,
          leave(outcome) {
            waiters.delete(waiter);
            signal?.removeEventListener("abort", giveUp);
            if ("box" in outcome) resolve(outcome.box);
            else reject(outcome.error);
          },
        };
        waiters.add(waiter);
        if (signal?.aborted) giveUp();
        else signal?.addEventListener("abort", giveUp, { once: true });
      });
    },
    serve(find) {
      let hasServed = false;
      for (const waiter of waiters) {
        const box = find(waiter.kind);
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
