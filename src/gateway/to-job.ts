import { requirementsOf } from "../domain/requirement.ts";
import type { Job, Queue } from "../queue/queue.ts";
import type { Store, UnfinishedExecution } from "../store/store.ts";

export function toJob({ execution, submitter, acceptedAtMs }: UnfinishedExecution): Job {
  return { execution, requires: requirementsOf(execution), submitter, acceptedAtMs };
}

/**
 * Queues what was accepted before this process started and has no result yet. @returns how many there were.
 */
export async function queueUnfinished(store: Pick<Store, "unfinished">, queue: Pick<Queue, "put">): Promise<number> {
  let count = 0;
  for await (const unfinished of store.unfinished()) {
    await queue.put(toJob(unfinished), { isAccepted: true });
    count += 1;
  }
  return count;
}
