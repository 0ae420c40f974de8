import type { IncomingMessage } from "node:http";
import { isRepeated } from "../repeated-header.ts";

/** What a request presents as its API key. */
export type Credential =
  | { readonly kind: "none" }
  | { readonly kind: "key"; readonly key: string }
  /** It means to present a key and does so in a way that is not clear. */
  | { readonly kind: "unclear"; readonly reason: string };

const BEARER = /^bearer(?: |$)/i;
const BEARER_TOKEN = /^bearer +([^\s]+)$/i;

/**
 * Reads `Authorization: Bearer KEY`, or `X-Api-Key: KEY`. Another scheme of `Authorization` is not for us: a proxy may ask
 * for it. Keys are never taken from the address: addresses end up in logs and histories.
 */
export function readCredential({ headers, rawHeaders }: Pick<IncomingMessage, "headers" | "rawHeaders">): Credential {
  const { authorization, "x-api-key": apiKey } = headers;
  const keys: string[] = [];
  if (authorization !== undefined) {
    if (isRepeated(rawHeaders, "authorization")) return unclear("the header Authorization is there twice");
    const token = BEARER_TOKEN.exec(authorization)?.[1];
    if (token !== undefined) keys.push(token);
    else if (BEARER.test(authorization)) return unclear("the header Authorization is not `Bearer KEY`");
  }
  if (apiKey !== undefined) {
    if (isRepeated(rawHeaders, "x-api-key")) return unclear("the header X-Api-Key is there twice");
    keys.push(String(apiKey));
  }
  const [key, other] = keys;
  if (other !== undefined && other !== key) return unclear("Authorization and X-Api-Key have different keys");
  return key === undefined ? { kind: "none" } : { kind: "key", key };
}

function unclear(reason: string): Credential {
  return { kind: "unclear", reason };
}
