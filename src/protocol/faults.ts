import { EngineError, type ErrorCode, type FieldError } from "../domain/errors.ts";

/** One thing that is wrong with a request. */
export interface Fault extends FieldError {
  readonly code: FaultCode;
}

/** When several things are wrong, the earliest of these names the error. */
const PRECEDENCE = [
  "too_large",
  "not_supported_yet",
  "unknown_field",
  "invalid_field",
  "limit_above_maximum",
] as const satisfies readonly ErrorCode[];

export type FaultCode = (typeof PRECEDENCE)[number];

/** Whoever looks for faults may stop after more than these. */
export const MOST_REPORTED = 20;

/** @throws {EngineError} when there is any fault; it lists the first 20. */
export function refuseFaults(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const code = PRECEDENCE.find((candidate) => faults.some((fault) => fault.code === candidate)) ?? "invalid_field";
  const ordered = [...faults.filter((fault) => fault.code === code), ...faults.filter((fault) => fault.code !== code)];
  const fields = ordered.slice(0, MOST_REPORTED).map(({ path, message }) => ({ path, message }));
  const [first] = fields;
  const atLeast = faults.length > MOST_REPORTED ? "at least " : "";
  const more = faults.length > 1 ? ` (and ${atLeast}${faults.length - 1} more)` : "";
  throw new EngineError(code, `${first?.path || "The body"} ${first?.message}${more}`, { fields });
}

const LONGEST_STEP = 100;

/** A JSON pointer (RFC 6901) from the steps of a path. A step longer than 100 characters is cut, it is for a message. */
export function jsonPointer(steps: readonly PropertyKey[]): string {
  return steps.map((step) => `/${clip(String(step)).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function clip(step: string): string {
  return step.length <= LONGEST_STEP ? step : `${step.slice(0, LONGEST_STEP)}…`;
}
