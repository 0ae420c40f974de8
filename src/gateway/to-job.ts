import { requirementsOf } from "../domain/requirement.ts";
import type { Job, Queue } from "../queue/queue.ts";
import type { Store, UnfinishedExecution } from "../store/store.ts";

/** @param options.traceparent of the request's span; null when nobody traces it. */
export function toJob(
  { execution, submitter, acceptedAtMs }: UnfinishedExecution,
  { isKept = true, traceparent = null }: { readonly isKept?: boolean; readonly traceparent?: string | null } = {},
): Job {
  const job = { execution, requires: requirementsOf(execution), submitter, acceptedAtMs, isKept };
  return traceparent === null ? job : { ...job, traceparent };
}

/**
 * Queues what was accepted before and has no result yet.
 * @param options.acceptedBeforeMs leaves out what was accepted later, milliseconds since the epoch.
 * @returns how many there were.
 */
export async function queueUnfinished(
  store: Pick<Store, "unfinished">,
  queue: Pick<Queue, "put">,
  { acceptedBeforeMs = Number.POSITIVE_INFINITY }: { readonly acceptedBeforeMs?: number } = {},
): Promise<number> {
  let count = 0;
  for await (const unfinished of store.unfinished()) {
    if (unfinished.acceptedAtMs > acceptedBeforeMs) continue;
    await queue.put(toJob(unfinished), { isAccepted: true });
    count += 1;
  }
  return count;
}
