import { type BoxKind, keyOf } from "./box-kind.ts";
import type { WarmMemory } from "./warm-memory.ts";

/** Which kinds of boxes runs ask for, and so how many of each should stand ready. */
export interface BoxDemand {
  note(kind: BoxKind): void;
  /** How many of each kind should be ready, by its key; a kind that is not there needs none. */
  targets(): ReadonlyMap<string, Target>;
}

export interface Target {
  readonly kind: BoxKind;
  readonly count: number;
}

export interface BoxDemandOptions {
  readonly usual: BoxKind;
  /** How many boxes of the usual kind always stand ready; no other kind has more. */
  readonly prepared: number;
  /** How many warm boxes stand ready, all kinds together. */
  readonly mostWarm: number;
  /** How much memory those may hold. */
  readonly memory: Pick<WarmMemory, "budgetBytes" | "fit">;
  /** How long a kind is remembered that nobody asks for, milliseconds. */
  readonly memoryMs: number;
  /** Milliseconds. */
  readonly now: () => number;
}

/** How many runs back the demand is remembered. */
const REMEMBERED_RUNS = 32;

/**
 * Another cold kind than the usual one, like that of compile runs, has one less than the last runs asked for: one request
 * for an odd size earns nothing. Warm kinds share their number, and their memory, in proportion to what was asked for, each at
 * least one as long as there is one: those first that were asked for most, and of equals the latest. What has not been asked
 * for lately is forgotten.
 */
export function createBoxDemand(options: BoxDemandOptions): BoxDemand {
  const { usual, prepared, mostWarm, memory, memoryMs, now } = options;
  /** The latest first. */
  const recent: { readonly kind: BoxKind; readonly atMs: number }[] = [];

  function forget(): void {
    const sinceMs = now() - memoryMs;
    while ((recent.at(-1)?.atMs ?? sinceMs) < sinceMs) recent.pop();
  }

  /** Those first that were asked for most, and of equals the latest. */
  function countAsked(): Map<string, Target> {
    const asked = new Map<string, Target>();
    for (const { kind } of recent) {
      const key = keyOf(kind);
      asked.set(key, { kind, count: (asked.get(key)?.count ?? 0) + 1 });
    }
    return new Map([...asked].sort(([, one], [, other]) => other.count - one.count));
  }

  /** Takes from those that were asked for least, which are the last, what is more than the memory there is. */
  function fitIntoMemory(targets: Map<string, Target>): void {
    let bytesLeft = memory.budgetBytes;
    for (const [key, { kind, count }] of targets) {
      if (kind.warm === null) continue;
      const fitting = memory.fit(kind.warm, count, bytesLeft);
      bytesLeft -= fitting.bytes;
      if (fitting.count === 0) targets.delete(key);
      else targets.set(key, { kind, count: fitting.count });
    }
  }

  return {
    note(kind) {
      recent.unshift({ kind, atMs: now() });
      if (recent.length > REMEMBERED_RUNS) recent.pop();
    },
    targets() {
      forget();
      const asked = countAsked();
      const warmAsked = recent.filter(({ kind }) => kind.warm !== null).length;
      const targets = new Map<string, Target>();
      let warmLeft = mostWarm;
      for (const [key, { kind, count }] of asked) {
        const share = kind.warm === null ? count - 1 : Math.max(1, Math.round((mostWarm * count) / warmAsked));
        const earned = Math.min(prepared, share, kind.warm === null ? share : warmLeft);
        if (kind.warm !== null) warmLeft -= earned;
        if (earned > 0) targets.set(key, { kind, count: earned });
      }
      fitIntoMemory(targets);
      return targets.set(keyOf(usual), { kind: usual, count: prepared });
    },
  };
}
