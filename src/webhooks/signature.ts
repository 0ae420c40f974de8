import { createHmac } from "node:crypto";

const ENCODED = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/**
 * The headers that prove where a message comes from and when it was sent, as the Standard Webhooks specification has them:
 * HMAC-SHA256 over `id.timestamp.body`. A receiver refuses a timestamp that is not recent, and an id that it has had.
 * @param options.secret text; or `whsec_` and the base64 of the key, as many libraries want it.
 */
export function signatureHeaders(options: {
  readonly id: string;
  readonly secret: string;
  readonly body: string;
  readonly nowMs: number;
}): Readonly<Record<string, string>> {
  const { id, secret, body, nowMs } = options;
  const timestamp = String(Math.floor(nowMs / 1_000));
  const encoded = ENCODED.exec(secret)?.[1];
  const key = encoded === undefined ? Buffer.from(secret) : Buffer.from(encoded, "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
