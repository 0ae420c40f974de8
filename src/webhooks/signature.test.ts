import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { signatureHeaders } from "./signature.ts";

const message = { id: "exe_1", body: '{"a":1}', nowMs: 1_700_000_000_999 };

test("a receiver that has the secret finds the same signature, over id, time and body", () => {
  const signed = createHmac("sha256", "a secret that is long").update('exe_1.1700000000.{"a":1}').digest("base64");
  expect(signatureHeaders({ ...message, secret: "a secret that is long" })).toEqual({
    "webhook-id": "exe_1",
    "webhook-timestamp": "1700000000",
    "webhook-signature": `v1,${signed}`,
  });
});

test("a secret in the form of the specification is decoded", () => {
  const plain = signatureHeaders({ ...message, secret: "0123456789abcdef" });
  const encoded = `whsec_${Buffer.from("0123456789abcdef").toString("base64")}`;
  expect(signatureHeaders({ ...message, secret: encoded })).toEqual(plain);
});

test("any change of id, time, body or secret is another signature", () => {
  const sign = (changes: object) => signatureHeaders({ ...message, secret: "s", ...changes })["webhook-signature"];
  const all = [{}, { id: "exe_2" }, { nowMs: 1_700_000_001_000 }, { body: '{"a":2}' }, { secret: "t" }].map(sign);
  expect(new Set(all).size).toBe(all.length);
});
