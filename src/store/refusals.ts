import { EngineError } from "../domain/errors.ts";
import type { ExecutionId } from "../domain/ids.ts";

export function unknownExecution(id: ExecutionId): EngineError {
  return new EngineError("not_found", `There is no execution ${id}`);
}

export function expiredExecution(id: ExecutionId): EngineError {
  return new EngineError("expired", `The result of ${id} is no longer kept`);
}
