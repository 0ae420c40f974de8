import type { ExecutionResult } from "../domain/execution.ts";
import type { Percentiles, RecentExecutions } from "../domain/node.ts";

const CAPACITY = 1_024;

/** The rate is that of so many seconds. */
const RATE_SECONDS = 60;

/**
 * Remembers how long the last executions took, and how many there were of late.
 * @param nowMs a clock that only goes forward, milliseconds.
 */
export function createRecentExecutions(nowMs = () => performance.now()): {
  note(result: Pick<ExecutionResult, "queuedMs" | "totalMs">): void;
  read(): RecentExecutions;
} {
  const results: Pick<ExecutionResult, "queuedMs" | "totalMs">[] = [];
  let oldest = 0;
  const beganAtMs = nowMs();
  /** How many ended in each second of the last ones, at its place in a round of them. */
  const perSecond = Array.from({ length: RATE_SECONDS }, () => ({ second: -1, count: 0 }));

  function countNow(): void {
    const second = Math.floor(nowMs() / 1_000);
    const { second: counted = -1, count = 0 } = perSecond[second % RATE_SECONDS] ?? {};
    perSecond[second % RATE_SECONDS] = { second, count: counted === second ? count + 1 : 1 };
  }

  function rate(): number {
    const since = Math.floor(nowMs() / 1_000) - RATE_SECONDS;
    const count = perSecond.reduce((sum, one) => (one.second > since ? sum + one.count : sum), 0);
    const seconds = Math.min(RATE_SECONDS, Math.max(1, (nowMs() - beganAtMs) / 1_000));
    return count / seconds;
  }

  return {
    note({ queuedMs, totalMs }) {
      results[oldest] = { queuedMs, totalMs };
      oldest = (oldest + 1) % CAPACITY;
      countNow();
    },
    read: () => ({
      executions: results.length,
      perSecond: rate(),
      queuedMs: percentilesOf(results.map(({ queuedMs }) => queuedMs)),
      totalMs: percentilesOf(results.map(({ totalMs }) => totalMs)),
    }),
  };
}

function percentilesOf(values: readonly number[]): Percentiles | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
  const [p50, p95, p99] = [at(0.5), at(0.95), at(0.99)];
  return p50 === undefined || p95 === undefined || p99 === undefined ? null : { p50, p95, p99 };
}
