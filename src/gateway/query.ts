import type { FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import { quote } from "../protocol/describe.ts";

/**
 * Reads the query of an address.
 * @throws {EngineError} `not_utf8` when a name or value is not percent-encoded UTF-8.
 */
export function parseQuery(url: string): { readonly name: string; readonly value: string }[] {
  const start = url.indexOf("?");
  if (start === -1) return [];
  return url
    .slice(start + 1)
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      const end = equals === -1 ? pair.length : equals;
      return { name: decode(pair.slice(0, end)), value: decode(pair.slice(end + 1)) };
    });
}

/**
 * For an address that has no parameters.
 * @throws {EngineError} `unknown_field`, `not_utf8`.
 */
export async function refuseQuery({ raw }: FastifyRequest): Promise<void> {
  const [parameter] = parseQuery(raw.url ?? "");
  if (parameter === undefined) return;
  throw new EngineError(
    "unknown_field",
    `The query's ${quote(parameter.name)} is not a parameter; there are none here`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (cause) {
    throw new EngineError("not_utf8", `The query has ${quote(text)}, which is not percent-encoded UTF-8`, { cause });
  }
}
