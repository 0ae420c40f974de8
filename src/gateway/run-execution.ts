import type { FastifyReply } from "fastify";
import { EngineError } from "../domain/errors.ts";
import type { Execution, ExecutionResult } from "../domain/execution.ts";
import type { GatewayDeps } from "./gateway.ts";
import { submitterOf } from "./watch-requests.ts";

/**
 * Queues an execution and waits for its result. When the client hangs up before it is answered the execution is
 * cancelled: a waiting one never runs, a running one is killed.
 * @throws {EngineError} `no_worker`, `queue_full`.
 */
export async function runExecution(
  deps: GatewayDeps,
  execution: Execution,
  reply: FastifyReply,
): Promise<ExecutionResult> {
  const { request } = reply;
  request.execution = execution;
  if (!deps.isReady()) {
    throw new EngineError("no_worker", "No worker is ready to run programs; try again in a second", {
      retryAfterSeconds: 1,
    });
  }
  const hangUp = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) hangUp.abort(new Error("the client hung up"));
  });
  const result = await deps.queue.submit(execution, { signal: hangUp.signal, submitter: submitterOf(request) });
  request.isExecuted = true;
  return result;
}
