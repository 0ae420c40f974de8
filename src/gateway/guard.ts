import type { FastifyReply, FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import { quote } from "../protocol/describe.ts";
import { isRepeated } from "./repeated-header.ts";

/**
 * Refuses what HTTP does not allow, or what somebody before this server may have understood otherwise than it does.
 * @throws {EngineError} `bad_request`.
 */
export function refuseUnclear({ raw: { headers, rawHeaders, httpVersion } }: FastifyRequest): void {
  const { host, expect, "transfer-encoding": coding = "chunked" } = headers;
  if (isRepeated(rawHeaders, "host")) throw new EngineError("bad_request", "The header Host is there twice");
  if (host === undefined && httpVersion === "1.1") throw new EngineError("bad_request", "The header Host is missing");
  if (coding.toLowerCase() !== "chunked")
    throw new EngineError("bad_request", `The transfer encoding has to be chunked, not ${quote(coding)}`);
  if (expect !== undefined && expect.toLowerCase() !== "100-continue")
    throw new EngineError("bad_request", `The header Expect has to be 100-continue, not ${quote(expect)}`);
}

/**
 * Refuses a body in a content coding: what a small body becomes is not bounded by its size.
 * @throws {EngineError} `unsupported_media_type`.
 */
export function refuseCodings({ headers: { "content-encoding": coding } }: FastifyRequest): void {
  if (coding === undefined || coding.toLowerCase() === "identity") return;
  throw new EngineError(
    "unsupported_media_type",
    `The content encoding ${quote(coding)} is not supported; send the body as it is`,
  );
}

/** A program's output is never a page, a script or a style, whatever a browser makes of it. */
export function setSecurityHeaders(reply: FastifyReply): void {
  reply.headers({
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
  });
}
