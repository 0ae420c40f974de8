import type { Execution, Submitter } from "../domain/execution.ts";
import type { GatewayDeps } from "./gateway.ts";

/** Cancels an execution: one that waits never runs, one that runs is killed. Nothing happens to one that is done. */
export async function cancelExecution(
  { store, queue, telemetry }: Pick<GatewayDeps, "store" | "queue" | "telemetry">,
  {
    execution,
    submitter,
  }: { readonly execution: Pick<Execution, "id" | "language" | "version">; readonly submitter: Submitter },
): Promise<void> {
  // The store first: whoever takes the job from here on is told that there is nothing to run.
  const found = await store.cancel(execution.id);
  await queue.cancel(execution.id);
  if (found === "queued") telemetry.executionAbandoned(execution, submitter);
}
