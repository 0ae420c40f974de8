import type { Batch } from "../driver.ts";

/** @throws {Error} when a run of the batch failed: what it measured is worth nothing. */
export function requireGood(batch: Batch): Batch {
  if (batch.done === 0) throw new Error("No run ended in the time that there was");
  if (batch.failed > 0) throw new Error(`${batch.failed} of ${batch.done} runs failed`);
  return batch;
}

/** Runs in a second that ended well. */
export function rateOf(batch: Batch): number {
  return ((batch.done - batch.failed) / batch.elapsedMs) * 1000;
}
