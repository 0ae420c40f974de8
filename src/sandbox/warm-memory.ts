import type { SandboxLog } from "./sandbox.ts";
import type { WarmStart } from "./warm-start.ts";
import type { MeasuredEvent } from "./wire.ts";

/** What processes that are booted ahead hold of the host's memory, as the launcher measures it, and what they may hold. */
export interface WarmMemory {
  /** The launcher has measured one: from now on that is what one of its kind is taken to hold. */
  note(start: WarmStart, measured: MeasuredEvent): void;
  /** There is none of its zygotes any more. */
  retired(start: WarmStart): void;
  /** How many may hold, all kinds together. */
  readonly budgetBytes: number;
  /** How many of a kind, `count` at the most, hold no more than `mostBytes`; and what they hold. One that was never measured is tried. */
  fit(start: WarmStart, count: number, mostBytes: number): { readonly count: number; readonly bytes: number };
  /** What is held now, by the id of the warm start. @param ready how many of each stand ready. */
  held(ready: ReadonlyMap<string, number>): ReadonlyMap<string, number>;
  isExceeded(ready: ReadonlyMap<string, number>): boolean;
}

/** As many zygotes a kind comes to have, where there are lanes for them: `ZYGOTES_MIN` of native/zygote.h. */
const LEAST_ZYGOTES = 4;

/** @param options.lanes how many boxes may live at once. */
export function createWarmMemory(options: {
  readonly budgetBytes: number;
  readonly lanes: () => number;
  readonly log: Pick<SandboxLog, "warn">;
}): WarmMemory {
  const { budgetBytes, lanes, log } = options;
  /** By the id of the warm start. */
  const last = new Map<string, MeasuredEvent>();

  function cost({ way }: WarmStart, { ownBytes, zygoteBytes, zygotes }: MeasuredEvent, count: number): number {
    const needed = way === "fork" ? Math.max(zygotes, Math.min(LEAST_ZYGOTES, lanes())) : 0;
    return count === 0 ? 0 : count * ownBytes + needed * zygoteBytes;
  }

  function held(ready: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    const bytes = Array.from(last, ([id, { ownBytes, zygoteBytes, zygotes }]) => {
      return [id, (ready.get(id) ?? 0) * ownBytes + zygotes * zygoteBytes] as const;
    });
    return new Map(bytes.filter(([, held]) => held > 0));
  }

  return {
    note(start, measured) {
      const isFirst = !last.has(start.id);
      last.set(start.id, measured);
      const leastBytes = cost(start, measured, 1);
      if (isFirst && leastBytes > budgetBytes)
        log.warn(
          { warmStart: start.id, leastBytes, budgetBytes },
          "it is not booted ahead: it takes more memory than there is for all",
        );
    },
    retired({ id }) {
      const measured = last.get(id);
      if (measured !== undefined) last.set(id, { ...measured, zygotes: 0 });
    },
    budgetBytes,
    fit(start, count, mostBytes) {
      const measured = last.get(start.id);
      if (measured === undefined) return { count: Math.min(count, 1), bytes: 0 };
      let fitting = count;
      while (cost(start, measured, fitting) > mostBytes) fitting--;
      return { count: fitting, bytes: cost(start, measured, fitting) };
    },
    held,
    isExceeded: (ready) => [...held(ready).values()].reduce((sum, bytes) => sum + bytes, 0) > budgetBytes,
  };
}
