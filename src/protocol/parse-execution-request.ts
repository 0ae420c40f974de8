import type { z } from "zod";
import { LIMIT_NAMES } from "../domain/limits.ts";
import { advise } from "./advise.ts";
import {
  type ExecutionRequest,
  executionFrameSchema,
  fileSchema,
  LATER_FIELDS,
  webhookSchema,
} from "./execution-request.ts";
import { type Fault, jsonPointer, MOST_REPORTED, refuseFaults } from "./faults.ts";
import { findContentFaults } from "./find-content-faults.ts";
import { parseJson } from "./json.ts";
import { REQUEST_LIMITS } from "./request-limits.ts";

/**
 * Reads the body of `POST /v1/executions`.
 * @throws {EngineError} `malformed_json`, `not_utf8`, `too_large`, `not_supported_yet`, `unknown_field`,
 * `invalid_field`, `limit_above_maximum`; all but the first two name the fields that are wrong.
 */
export function parseExecutionRequest(body: Uint8Array): ExecutionRequest {
  const value = parseJson(body);
  refuseFaults(findBulkFaults(value));
  refuseFaults(findTypeFaults(value));
  const request = value as ExecutionRequest;
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
  return [...faults, ...findPrototypeFaults(value as Record<string, unknown>)];
}

/** Finds wrong names, types and ranges; those of files until enough are wrong. */
function findTypeFaults(value: unknown): Fault[] {
  const faults = findFaultsBy(executionFrameSchema, value, []);
  const files = (value as { readonly files?: unknown } | null)?.files;
  if (!Array.isArray(files)) return faults;
  for (const [index, file] of files.entries()) {
    if (faults.length > MOST_REPORTED) break;
    faults.push(...findFaultsBy(fileSchema, file, ["files", index]));
  }
  return faults;
}

/** `__proto__` is a name that objects of JavaScript treat unlike all others; the schema would drop it without a word. */
function findPrototypeFaults({ env }: Record<string, unknown>): Fault[] {
  if (typeof env !== "object" || env === null || !Object.hasOwn(env, "__proto__")) return [];
  return [{ code: "invalid_field", path: "/env/__proto__", message: "cannot be the name of a variable here" }];
}

type Steps = readonly PropertyKey[];

/** @param at where in the body the value is. */
function findFaultsBy(schema: z.ZodType, value: unknown, at: Steps): Fault[] {
  // Without reportInput: an error that holds its input keeps large requests alive until the next full garbage collection.
  const { error } = schema.safeParse(value);
  return error?.issues.flatMap((issue) => toFaults(issue, value, at)) ?? [];
}

function toFaults(issue: z.core.$ZodIssue, value: unknown, at: Steps): Fault[] {
  const steps = [...at, ...issue.path];
  if (issue.code === "unrecognized_keys")
    return issue.keys.slice(0, MOST_REPORTED + 1).map((key) => unknownField(steps, key));
  const path = jsonPointer(steps);
  if (issue.code === "too_big" && issue.origin !== "string") {
    // A number beyond 2^53 is reported a second time, with the true maximum.
    if (issue.maximum === Number.MAX_SAFE_INTEGER) return [];
    const message = `is ${String(valueAt(value, issue.path))}; this server's maximum is ${issue.maximum}`;
    return [{ code: "limit_above_maximum", path, message }];
  }
  return [{ code: "invalid_field", path, message: issue.message }];
}

function valueAt(value: unknown, steps: readonly PropertyKey[]): unknown {
  return steps.reduce((at, step) => (at as Record<PropertyKey, unknown>)[step], value);
}

function unknownField(parent: Steps, name: string): Fault {
  const path = jsonPointer([...parent, name]);
  const purpose = parent.length === 0 ? LATER_FIELDS.get(name) : undefined;
  if (purpose !== undefined) {
    return { code: "not_supported_yet", path, message: `(${purpose}) is not supported yet` };
  }
  return { code: "unknown_field", path, message: `is not a field of the API; ${adviseField(parent, name)}` };
}

function adviseField(parent: Steps, name: string): string {
  const isLimit = (LIMIT_NAMES as readonly string[]).includes(name);
  return parent.length === 0 && isLimit ? 'it belongs into "limits"' : advise(name, fieldsBelow(parent));
}

/** The fields of the object at which the steps lead. */
function fieldsBelow([field]: Steps): readonly string[] {
  if (field === undefined) return Object.keys(executionFrameSchema.shape);
  if (field === "files") return Object.keys(fileSchema.shape);
  return field === "webhook" ? Object.keys(webhookSchema.shape) : LIMIT_NAMES;
}
