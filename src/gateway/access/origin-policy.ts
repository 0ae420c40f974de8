import { isIP } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { EngineError } from "../../domain/errors.ts";
import { quote } from "../../protocol/describe.ts";

/** Which web pages may use this server, and by which names it is reached. */
export interface OriginPolicy {
  /**
   * Refuses requests that a page of another origin made a browser send, and tells the browser of those that are allowed.
   * @throws {EngineError} `forbidden_origin`.
   */
  checkOrigin(request: FastifyRequest, reply: FastifyReply): void;
  /**
   * Refuses a request for a name that is not this server's. A page whose own name was made to resolve to this server (DNS
   * rebinding) has the right origin, but that name as its `Host`. An address or a loopback name cannot be made to resolve.
   * @throws {EngineError} `forbidden_origin`.
   */
  checkHost(request: FastifyRequest): void;
  /** Whether a browser asks, before it sends a request of an allowed page, if it may. */
  isPreflight(request: FastifyRequest): boolean;
  answerPreflight(reply: FastifyReply): FastifyReply;
}

const LOOPBACK_NAME = /^localhost$/i;
/** A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port. */
const HOST = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::\d{1,5})?$/;

/** How long a browser need not ask again, seconds. */
const PREFLIGHT_MAX_AGE_S = 600;

/**
 * @param options.allowedOrigins other than its own pages, like `https://docs.example`.
 * @param options.allowedHosts names without a port, like `code.example`.
 */
export function createOriginPolicy(options: {
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
}): OriginPolicy {
  const origins = new Set(options.allowedOrigins.map((origin) => origin.toLowerCase()));
  const hosts = new Set(options.allowedHosts.map((host) => host.toLowerCase()));

  const isAllowed = (origin: string | undefined) => origin !== undefined && origins.has(origin.toLowerCase());

  return {
    checkOrigin({ headers: { host, origin } }, reply) {
      if (origins.size > 0) reply.header("vary", "Origin");
      if (origin === undefined || isOwn(origin, host)) return;
      if (!isAllowed(origin)) {
        throw new EngineError(
          "forbidden_origin",
          `Pages of the origin ${quote(origin)} may not use this server; its setting allow-origin lists those that may`,
        );
      }
      reply.headers({ "access-control-allow-origin": origin, "access-control-expose-headers": "*" });
    },

    checkHost({ headers: { host } }) {
      const [, address, name = ""] = HOST.exec(host ?? "") ?? [];
      if (isIP(address ?? name) !== 0 || LOOPBACK_NAME.test(name) || hosts.has(name.toLowerCase())) return;
      throw new EngineError(
        "forbidden_origin",
        `The host ${quote(host ?? "")} is not a name of this server; its setting allow-host lists those that are, beside addresses and localhost`,
      );
    },

    isPreflight({ method, headers }) {
      return (
        method === "OPTIONS" && isAllowed(headers.origin) && headers["access-control-request-method"] !== undefined
      );
    },

    answerPreflight(reply) {
      reply.headers({
        "access-control-allow-methods": "GET, POST, DELETE",
        "access-control-allow-headers": "authorization, content-type, idempotency-key, prefer, x-api-key",
        "access-control-max-age": PREFLIGHT_MAX_AGE_S,
      });
      return reply.code(204).send();
    },
  };
}

/** Whether the page was loaded from this very server: it may stand behind a proxy that speaks TLS. */
function isOwn(origin: string, host: string | undefined): boolean {
  if (host === undefined) return false;
  const [own, given] = [host.toLowerCase(), origin.toLowerCase()];
  return given === `http://${own}` || given === `https://${own}`;
}
