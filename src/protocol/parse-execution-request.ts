import { type ExecutionRequest, executionRequestSchema, LATER_FIELDS } from "./execution-request.ts";
import { type Fault, jsonPointer, refuseFaults } from "./faults.ts";
import { findContentFaults } from "./find-content-faults.ts";
import { parseJson } from "./json.ts";
import { REQUEST_LIMITS } from "./request-limits.ts";

/** Unknown fields that are looked at one by one. */
const MOST_UNKNOWN = 100;

/**
 * Reads the body of `POST /v1/executions`.
 * @throws {EngineError} `malformed_json`, `not_utf8`, `too_large`, `not_supported_yet`, `unknown_field`,
 * `invalid_field`, `limit_above_maximum`; all but the first two name every field that is wrong.
 */
export function parseExecutionRequest(body: Uint8Array): ExecutionRequest {
  const value = parseJson(body);
  refuseFaults(findBulkFaults(value));
  // Without reportInput: an error that holds its input keeps large requests alive until the next full garbage collection.
  const parsed = executionRequestSchema.safeParse(value);
  if (!parsed.success) refuseFaults(parsed.error.issues.flatMap((issue) => toFaults(issue, value)));
  const request = parsed.data as ExecutionRequest;
  refuseFaults(findLaterFaults(request));
  refuseFaults(findContentFaults(request));
  return request;
}

/** Refuses collections with too many entries before any entry is looked at. */
function findBulkFaults(value: unknown): Fault[] {
  if (typeof value !== "object" || value === null) return [];
  const faults: Fault[] = [];
  for (const field of ["files", "args", "compileArgs", "env"] as const) {
    const entries: unknown = Object.hasOwn(value, field) ? (value as Record<string, unknown>)[field] : undefined;
    if (typeof entries !== "object" || entries === null) continue;
    const count = Array.isArray(entries) ? entries.length : Object.keys(entries).length;
    const most = field === "compileArgs" ? REQUEST_LIMITS.args : REQUEST_LIMITS[field];
    if (count > most) {
      faults.push({
        code: "too_large",
        path: `/${field}`,
        message: `has ${count} entries; at most ${most} are allowed`,
      });
    }
  }
  return [...faults, ...findPrototypeFaults(value as Record<string, unknown>), ...findCrowdFaults(value)];
}

/** Of thousands of unknown fields the first hundred are enough to know, without the schema, which looks at all. */
function findCrowdFaults(value: object): Fault[] {
  const names = Object.keys(value);
  if (Array.isArray(value) || names.length <= MOST_UNKNOWN) return [];
  const unknown = names.slice(0, 2 * MOST_UNKNOWN).filter((name) => !Object.hasOwn(executionRequestSchema.shape, name));
  return unknown.slice(0, MOST_UNKNOWN).map((name) => unknownField([], name));
}

/** `__proto__` is a name that objects of JavaScript treat unlike all others; the schema would drop it without a word. */
function findPrototypeFaults({ env }: Record<string, unknown>): Fault[] {
  if (typeof env !== "object" || env === null || !Object.hasOwn(env, "__proto__")) return [];
  return [{ code: "invalid_field", path: "/env/__proto__", message: "cannot be the name of a variable here" }];
}

type Issue = NonNullable<ReturnType<typeof executionRequestSchema.safeParse>["error"]>["issues"][number];

/** @param request the whole value that the issue's path leads through. */
function toFaults(issue: Issue, request: unknown): Fault[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.slice(0, MOST_UNKNOWN).map((key) => unknownField(issue.path, key));
  const path = jsonPointer(issue.path);
  if (issue.code === "too_big" && issue.origin !== "string") {
    // A number beyond 2^53 is reported a second time, with the true maximum.
    if (issue.maximum === Number.MAX_SAFE_INTEGER) return [];
    const message = `is ${String(valueAt(request, issue.path))}; this server's maximum is ${issue.maximum}`;
    return [{ code: "limit_above_maximum", path, message }];
  }
  return [{ code: "invalid_field", path, message: issue.message }];
}

function valueAt(value: unknown, steps: readonly PropertyKey[]): unknown {
  return steps.reduce((at, step) => (at as Record<PropertyKey, unknown>)[step], value);
}

function unknownField(parent: readonly PropertyKey[], key: string): Fault {
  const path = jsonPointer([...parent, key]);
  const purpose = parent.length === 0 ? LATER_FIELDS.get(key) : undefined;
  if (purpose !== undefined) {
    return { code: "not_supported_yet", path, message: `(${purpose}) is not supported yet` };
  }
  return { code: "unknown_field", path, message: "is not a field of the API" };
}

function findLaterFaults(request: ExecutionRequest): Fault[] {
  const faults: Fault[] = [];
  if (request.wait === false) {
    faults.push({
      code: "not_supported_yet",
      path: "/wait",
      message: "is false: answering before the end is not supported yet",
    });
  }
  if (request.priority !== undefined && request.priority !== "normal") {
    const message = `is ${JSON.stringify(request.priority)}: a priority other than "normal" is not supported yet`;
    faults.push({ code: "not_supported_yet", path: "/priority", message });
  }
  return faults;
}
