import type { FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import type { ExecutionId } from "../domain/ids.ts";
import { quote } from "../protocol/describe.ts";
import { expiredExecution } from "../store/refusals.ts";
import type { ExecutionRecord, Store } from "../store/store.ts";

const ID = /^exe_[0-9a-f]{32}$/;

/**
 * The execution that the address names, of whoever asks.
 * @throws {EngineError} `not_found`, also for one that somebody else submitted; `expired`.
 */
export async function findOwnExecution(store: Store, request: FastifyRequest): Promise<ExecutionRecord> {
  const { id } = request.params as { id: string };
  const record = ID.test(id) ? await store.find(id as ExecutionId) : undefined;
  if (record === "expired") throw expiredExecution(id as ExecutionId);
  if (record === undefined || record.submitter.client !== (request.client?.name ?? null)) {
    throw new EngineError("not_found", `There is no execution ${quote(id)}`);
  }
  return record;
}
