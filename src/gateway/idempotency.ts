import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import { quote } from "../protocol/describe.ts";
import type { IdempotencyClaim } from "../store/store.ts";

/** Printable ASCII, as long as a key may sensibly be. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * What the header `Idempotency-Key` claims: that this request is the same as any earlier one of its client with that key.
 * @returns null without the header.
 * @throws {EngineError} `invalid_field`.
 */
export function readIdempotency(request: FastifyRequest, body: Uint8Array): IdempotencyClaim | null {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return null;
  if (typeof key !== "string" || !KEY.test(key)) {
    const message = `Idempotency-Key has to be 1 to 255 visible ASCII characters, not ${quote(String(key))}`;
    throw new EngineError("invalid_field", message);
  }
  // What is asked for, and not how the answer is to come: a retry may prefer another way.
  const fingerprint = createHash("sha256").update(`${request.raw.url}\n`).update(body).digest("hex");
  return { scope: scopeOf(request), key, fingerprint };
}

/** Clients without a key of ours are told apart by where they are: one must not get another's results by a guess. */
function scopeOf({ client }: FastifyRequest): string {
  if (client === null) return "anybody";
  return client.name === null ? `network ${client.network}` : `key ${client.name}`;
}
