import { EngineError, type ErrorCode } from "../domain/errors.ts";
import { quote } from "../protocol/describe.ts";
import { REQUEST_LIMITS } from "../protocol/request-limits.ts";
import { parseQuery } from "./query.ts";
import type { Submission } from "./to-execution.ts";

/**
 * Reads a request to `POST /lang/{language}`.
 * @param url path and query: `stdin` and `version` once, `arg` any number of times.
 * @throws {EngineError} `not_utf8`, `unknown_field`, `invalid_field`.
 */
export function parseTextRequest(language: string, url: string, body: Uint8Array): Submission {
  const args: string[] = [];
  let stdin: string | undefined;
  let version: string | undefined;
  for (const { name, value } of parseQuery(url)) {
    if (name === "arg") args.push(value);
    else if (name === "stdin" && stdin === undefined) stdin = value;
    else if (name === "version" && version === undefined) version = value;
    else if (name === "stdin" || name === "version") refuse("invalid_field", name, "is given twice");
    else refuse("unknown_field", name, "is not a parameter; stdin, arg and version are");
  }
  if (args.some((arg) => arg.includes("\0"))) refuse("invalid_field", "arg", "has a NUL character");
  if (args.length > REQUEST_LIMITS.args) refuse("too_large", "arg", `is given more than ${REQUEST_LIMITS.args} times`);
  if (version !== undefined && (version === "" || version.length > REQUEST_LIMITS.nameCharacters)) {
    refuse("invalid_field", "version", `has to be a text of 1 to ${REQUEST_LIMITS.nameCharacters} characters`);
  }
  if (body.length === 0) throw new EngineError("invalid_field", "The body is empty; it has to be the program");
  return { language, version, code: body, stdin: Buffer.from(stdin ?? ""), args };
}

function refuse(code: ErrorCode, name: string, message: string): never {
  throw new EngineError(code, `The query's ${quote(name)} ${message}`);
}
