import type { Clock } from "../../domain/clock.ts";

/** Buckets of tokens, one for each client; what is not in a bucket has to be waited for. */
export interface RateLimiter {
  /**
   * Takes a token.
   * @param id whose bucket.
   * @param perMinute how many tokens a full bucket has, and how many flow in within a minute.
   * @returns 0 when there was one; else, without taking anything, the milliseconds until there will be.
   */
  take(id: string, perMinute: number): number;
}

const MINUTE_MS = 60_000;
/** Far below a token at any rate, and above what adding up fractions of milliseconds loses. */
const ROUNDING_MS = 0.001;

/**
 * Keeps one number for each bucket: when it will be full (the generic cell rate algorithm). A bucket that is full and one
 * that was never seen are the same, so at most the busiest are worth keeping.
 * @param options.capacity how many buckets are kept; when there are more the one that was used longest ago is forgotten.
 */
export function createRateLimiter(options: { readonly clock: Clock; readonly capacity: number }): RateLimiter {
  const { clock, capacity } = options;
  /** Milliseconds since the epoch, in the order of last use. */
  const fullAtMs = new Map<string, number>();

  return {
    take(id, perMinute) {
      const nowMs = clock.nowMs();
      const tokenMs = MINUTE_MS / perMinute;
      const fullAt = Math.max(nowMs, fullAtMs.get(id) ?? nowMs);
      const waitMs = fullAt + tokenMs - nowMs - MINUTE_MS;
      if (waitMs > ROUNDING_MS) return waitMs;
      fullAtMs.delete(id);
      fullAtMs.set(id, fullAt + tokenMs);
      const [oldest] = fullAtMs.keys();
      if (fullAtMs.size > capacity && oldest !== undefined) fullAtMs.delete(oldest);
      return 0;
    },
  };
}
