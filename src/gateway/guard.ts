import type { FastifyReply, FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import { quote } from "../protocol/describe.ts";

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
