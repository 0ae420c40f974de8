import { EngineError } from "../domain/errors.ts";
import { quote } from "./describe.ts";
import { type Fault, jsonPointer, refuseFaults } from "./faults.ts";
import { findJsonExcess, type JsonBounds } from "./json-excess.ts";
import { findJsonFault } from "./json-fault.ts";
import { REQUEST_LIMITS } from "./request-limits.ts";

const BOUNDS: JsonBounds = {
  /** No request needs more than four. */
  levels: 32,
  entries: REQUEST_LIMITS.entries,
  values: REQUEST_LIMITS.values,
};

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Parses a body as JSON. A byte order mark is ignored, of several fields of one name the last counts.
 * @throws {EngineError} `not_utf8`; `malformed_json`, which says where and what was expected there, and for what is nested
 * too deep: RFC 8259 leaves that limit to whoever reads; `too_large` for what has more entries than any request needs.
 */
export function parseJson(body: Uint8Array): unknown {
  refuseExcess(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  const text = decodeUtf8(body);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EngineError("malformed_json", explain(text), { cause });
  }
}

/** Refuses what would be expensive before anything is made of it. */
function refuseExcess(body: Buffer): void {
  const excess = findJsonExcess(body, BOUNDS);
  if (excess === null) return;
  if (excess.of === "levels") {
    throw new EngineError("malformed_json", `The body is nested deeper than ${BOUNDS.levels} levels`);
  }
  const what = excess.of === "values" ? "values" : "entries in one array or object";
  const fault: Fault = {
    code: "too_large",
    path: excess.field === null ? "" : pointerTo(excess.field),
    message: `has more than ${BOUNDS[excess.of]} ${what}`,
  };
  refuseFaults([fault]);
}

/** @param name the field's name as JSON; what is no name points nowhere. */
function pointerTo(name: Uint8Array): string {
  try {
    return jsonPointer([JSON.parse(decoder.decode(name)) as string]);
  } catch {
    return "";
  }
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch (cause) {
    throw new EngineError("not_utf8", "The body has bytes that are not UTF-8; send bytes as base64 in files", {
      cause,
    });
  }
}

function explain(text: string): string {
  if (!/\S/.test(text)) return "The body is empty; it has to be a JSON object";
  const fault = findJsonFault(text);
  if (fault === null) return "The body is not valid JSON";
  const found = fault.found === null ? "the text ends" : `there is ${quote(fault.found)}`;
  return `Line ${fault.line}, column ${fault.column}: expected ${fault.expected}, but ${found}`;
}
