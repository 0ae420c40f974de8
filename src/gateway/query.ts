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

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (cause) {
    throw new EngineError("not_utf8", `The query has ${quote(text)}, which is not percent-encoded UTF-8`, { cause });
  }
}
