import { EngineError } from "../domain/errors.ts";
import { quote } from "./describe.ts";
import { isDeeperThan } from "./json-depth.ts";
import { findJsonFault } from "./json-fault.ts";

/** No request needs more than four. */
const MOST_LEVELS = 32;

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Parses a body as JSON. A byte order mark is ignored, of several fields of one name the last counts.
 * @throws {EngineError} `not_utf8`; `malformed_json`, which says where and what was expected there, and for what is nested
 * too deep: RFC 8259 leaves that limit to whoever reads.
 */
export function parseJson(body: Uint8Array): unknown {
  const text = decodeUtf8(body);
  if (isDeeperThan(text, MOST_LEVELS)) {
    throw new EngineError("malformed_json", `The body is nested deeper than ${MOST_LEVELS} levels`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EngineError("malformed_json", explain(text), { cause });
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
  if (text.trim() === "") return "The body is empty; it has to be a JSON object";
  const fault = findJsonFault(text);
  if (fault === null) return "The body is not valid JSON";
  const found = fault.found === null ? "the text ends" : `there is ${quote(fault.found)}`;
  return `Line ${fault.line}, column ${fault.column}: expected ${fault.expected}, but ${found}`;
}
