import type { ExecutionResult } from "../domain/execution.ts";
import type { Percentiles, RecentExecutions } from "../domain/node.ts";

const CAPACITY = 1_024;

/** Remembers how long the last executions took. */
export function createRecentExecutions(): {
  note(result: Pick<ExecutionResult, "queuedMs" | "totalMs">): void;
  read(): RecentExecutions;
} {
  const results: Pick<ExecutionResult, "queuedMs" | "totalMs">[] = [];
  let oldest = 0;
  return {
    note({ queuedMs, totalMs }) {
      results[oldest] = { queuedMs, totalMs };
      oldest = (oldest + 1) % CAPACITY;
    },
    read: () => ({
      executions: results.length,
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
