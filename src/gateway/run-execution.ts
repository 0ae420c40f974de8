import type { FastifyReply } from "fastify";
import { EngineError } from "../domain/errors.ts";
import type { Execution, ExecutionResult } from "../domain/execution.ts";
import { cancelExecution } from "./cancel-execution.ts";
import type { GatewayDeps } from "./gateway.ts";
import { toJob } from "./to-job.ts";
import { submitterOf } from "./watch-requests.ts";

/**
 * Has an execution run and waits for its result. When the client hangs up before it is answered the execution is cancelled:
 * a waiting one never runs, a running one is killed.
 * @throws {EngineError} `no_worker`, `queue_full`.
 */
export async function runExecution(
  deps: GatewayDeps,
  execution: Execution,
  reply: FastifyReply,
): Promise<ExecutionResult> {
  const { store, queue, clock, log } = deps;
  const { request } = reply;
  request.execution = execution;
  if (!deps.isReady()) {
    throw new EngineError("no_worker", "No worker is ready to run programs; try again in a second", {
      retryAfterSeconds: 1,
    });
  }
  const accepted = { execution, submitter: submitterOf(request), acceptedAtMs: clock.nowMs() };
  await store.accept({ ...accepted, isKept: false, idempotency: null });
  // Before the job is anywhere: its result is not kept for whoever comes late.
  const done = store.whenDone(execution.id, { signal: new AbortController().signal });
  try {
    await queue.put(toJob(accepted));
  } catch (error) {
    done.catch(() => undefined);
    await store.withdraw(execution.id);
    throw error;
  }
  const onClose = () => {
    if (reply.raw.writableFinished) return;
    cancelExecution(deps, accepted).catch((err: unknown) => {
      log.error({ err, id: execution.id }, "the execution of a client that hung up goes on: it cannot be cancelled");
    });
  };
  reply.raw.once("close", onClose);
  if (reply.raw.closed) onClose();
  const result = await done;
  request.isExecuted = true;
  return result;
}
