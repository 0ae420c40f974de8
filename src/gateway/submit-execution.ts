import type { FastifyReply, FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import type { Execution, ExecutionResult } from "../domain/execution.ts";
import type { ExecutionId } from "../domain/ids.ts";
import type { Webhook } from "../store/outbox.ts";
import type { IdempotencyClaim, UnfinishedExecution } from "../store/store.ts";
import { cancelExecution } from "./cancel-execution.ts";
import type { GatewayDeps } from "./gateway.ts";
import { toJob } from "./to-job.ts";
import { submitterOf } from "./watch-requests.ts";

/** An execution that was accepted: of this request, or of an earlier one that was the same. */
export interface Submitted {
  readonly id: ExecutionId;
  /** null for one that came before. */
  readonly accepted: UnfinishedExecution | null;
  /** Its result. Rejects when the store is closed before it has one. */
  readonly done: Promise<ExecutionResult>;
}

/**
 * Has an execution stored and queued.
 * @param options.isKept whether its client may ask for it later; otherwise it is gone with its result.
 * @throws {EngineError} `no_worker`, `queue_full`, `store_full`, `idempotency_conflict`.
 */
export async function submitExecution(
  deps: GatewayDeps,
  execution: Execution,
  options: {
    readonly request: FastifyRequest;
    readonly isKept: boolean;
    readonly idempotency: IdempotencyClaim | null;
    readonly webhook: Webhook | null;
  },
): Promise<Submitted> {
  const { store, queue, clock } = deps;
  const { request, isKept, idempotency, webhook } = options;
  request.execution = execution;
  if (!deps.isReady()) {
    throw new EngineError("no_worker", "No worker is ready to run programs; try again in a second", {
      retryAfterSeconds: 1,
    });
  }
  const accepted = { execution, submitter: submitterOf(request), acceptedAtMs: clock.nowMs() };
  const acceptance = await store.accept({ ...accepted, isKept, idempotency, webhook });
  if (acceptance.kind === "conflict") {
    throw new EngineError("idempotency_conflict", "The Idempotency-Key was used for another request before");
  }
  const id = acceptance.kind === "same" ? acceptance.id : execution.id;
  // Before the job is anywhere: the result of one that is not kept is not there for whoever comes late.
  const done = store.whenDone(id, { signal: new AbortController().signal });
  // Not everybody who submits waits for it.
  done.catch(() => undefined);
  if (acceptance.kind === "same") return { id, accepted: null, done: done.catch(explainWithdrawal) };
  if (isKept) deps.events.open(id);
  try {
    await queue.put(toJob(accepted, { isKept, traceparent: request.span.traceparent }));
  } catch (error) {
    await store.withdraw(id);
    throw error;
  }
  return { id, accepted, done };
}

/** The earlier request was refused after this one had been found to be the same. */
function explainWithdrawal(error: unknown): never {
  if (!(error instanceof EngineError && error.code === "not_found")) throw error;
  throw new EngineError("queue_full", "The same request before this one found no place in the queue; try again", {
    retryAfterSeconds: 1,
  });
}

/**
 * Has an execution run and waits for its result. When the client hangs up before it is answered the execution is cancelled:
 * a waiting one never runs, a running one is killed. Not so with an idempotency key or a web hook: who sends one wants the
 * result all the same.
 * @throws {EngineError} as {@link submitExecution}.
 */
export async function runExecution(
  deps: GatewayDeps,
  execution: Execution,
  reply: FastifyReply,
  wishes: { readonly idempotency: IdempotencyClaim | null; readonly webhook: Webhook | null },
): Promise<ExecutionResult> {
  const { request } = reply;
  const isKept = wishes.idempotency !== null || wishes.webhook !== null;
  const { accepted, done } = await submitExecution(deps, execution, { request, isKept, ...wishes });
  if (accepted !== null && !isKept) cancelOnHangUp(deps, accepted, reply);
  const result = await done;
  request.isExecuted = true;
  return result;
}

function cancelOnHangUp(deps: GatewayDeps, accepted: UnfinishedExecution, reply: FastifyReply): void {
  const { id } = accepted.execution;
  const onClose = () => {
    if (reply.raw.writableFinished) return;
    cancelExecution(deps, accepted).catch((err: unknown) => {
      deps.log.error({ err, id }, "the execution of a client that hung up goes on: it cannot be cancelled");
    });
  };
  reply.raw.once("close", onClose);
  if (reply.raw.closed) onClose();
}
