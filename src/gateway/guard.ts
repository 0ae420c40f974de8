import type { FastifyReply, FastifyRequest } from "fastify";
import { EngineError } from "../domain/errors.ts";
import { quote } from "../protocol/describe.ts";

const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/**
 * Refuses what no route should see: requests that a web page made a browser send, and bodies in a content coding.
 *
 * Without API keys the only protection is that the server listens on loopback, where every page in a local browser can
 * reach it. A page of another origin is known by `Origin`. A page whose own name was made to resolve to 127.0.0.1
 * (DNS rebinding) has the right origin, but the wrong `Host`.
 * @throws {EngineError} `forbidden_origin`, `unsupported_media_type`.
 */
export function guardRequest(request: FastifyRequest): void {
  const { host, origin, "content-encoding": coding } = request.headers;
  if (host === undefined || !LOOPBACK_HOST.test(host)) {
    throw new EngineError(
      "forbidden_origin",
      `The host ${quote(host ?? "")} is not a loopback name like localhost or 127.0.0.1`,
    );
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    throw new EngineError("forbidden_origin", `Pages of the origin ${quote(origin)} may not use this server`);
  }
  if (coding !== undefined && coding.toLowerCase() !== "identity") {
    throw new EngineError(
      "unsupported_media_type",
      `The content encoding ${quote(coding)} is not supported; send the body as it is`,
    );
  }
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
