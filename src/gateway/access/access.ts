import type { FastifyReply, FastifyRequest } from "fastify";
import type { ClientLimits } from "../../domain/client-limits.ts";
import type { Clock } from "../../domain/clock.ts";
import { EngineError } from "../../domain/errors.ts";
import type { Log } from "../../telemetry/log.ts";
import { type Client, networkOf } from "./client.ts";
import { createConcurrencyLimiter } from "./concurrency-limiter.ts";
import { type Credential, readCredential } from "./credential.ts";
import type { KeyRing } from "./key-ring.ts";
import { createOriginPolicy } from "./origin-policy.ts";
import { createRateLimiter } from "./rate-limiter.ts";

/** Who may use the server, and how much. */
export interface AccessOptions {
  readonly keys: KeyRing;
  /** Whether the server was made to be used by people whom nobody knows. */
  readonly isPublic: boolean;
  /** Of a key that has none of its own. */
  readonly keyLimits: ClientLimits;
  /** Of all clients without a key that come from one network, together. */
  readonly anonymousLimits: ClientLimits;
  /** Pages of other origins that may use the server, like `https://docs.example`. */
  readonly allowedOrigins: readonly string[];
  /** Names of this server, without a port; addresses and `localhost` are always right. */
  readonly allowedHosts: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/** What a request has to pass before a route sees it. */
export interface Access {
  /**
   * Finds out who sends a request and whether they may, and sets `request.client`. One that executes is counted until it
   * is answered or its client is gone; one that is answered before its end, until then.
   * @returns whether the request is answered already, as when a browser only asks if it may send one.
   * @throws {EngineError} `forbidden_origin`, `unauthorized`, `rate_limited`.
   */
  admit(request: FastifyRequest, reply: FastifyReply): boolean;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether anybody may use the route, as often as they like: for the probes of whoever watches the server. */
    readonly isOpen?: boolean;
    /** Whether the route is for whoever runs the server: where everybody may run programs it needs a key all the same. */
    readonly isForOperators?: boolean;
  }
}

/** Requests without a valid key that one network may send in a minute before each costs no more than a short answer. */
const FAILURES_PER_MINUTE = 30;
/** Networks that are remembered: about a megabyte of them. */
const NETWORKS = 10_000;
/** Keys whose buckets are remembered. */
const KEYS = 100_000;
/** When a client that has enough under way may try again, seconds: most executions end within one. */
const RETRY_S = 1;

export function createAccess(options: AccessOptions): Access {
  const { keys, isPublic, keyLimits, anonymousLimits, clock, log } = options;
  const origins = createOriginPolicy(options);
  // Apart, so that many networks cannot push a key out of what is remembered.
  const keyRate = createRateLimiter({ clock, capacity: KEYS });
  const networkRate = createRateLimiter({ clock, capacity: NETWORKS });
  const failureRate = createRateLimiter({ clock, capacity: NETWORKS });
  const concurrency = createConcurrencyLimiter();

  /** @throws {EngineError} `unauthorized`, `rate_limited`. */
  function identify(request: FastifyRequest, reply: FastifyReply): Client {
    const network = networkOf(request.ip);
    const demand = keys.demand();
    const credential = demand === "ignored" ? NO_CREDENTIAL : readCredential(request.raw);
    if (credential.kind === "unclear") throw refuse(`The API key is not clear: ${credential.reason}`);
    if (credential.kind === "none") {
      const isForOperators = isPublic && request.routeOptions.config.isForOperators;
      if (demand === "required" || isForOperators) throw refuse("An API key is needed");
      return { name: null, network, limits: anonymousLimits };
    }
    const key = keys.find(credential.key);
    if (key === null) throw refuse("There is no such API key");
    const { name, ratePerMinute = keyLimits.ratePerMinute, concurrency: atOnce = keyLimits.concurrency } = key;
    return { name, network, limits: { ratePerMinute, concurrency: atOnce } };

    function refuse(problem: string): EngineError {
      const waitMs = failureRate.take(network, FAILURES_PER_MINUTE);
      if (waitMs > 0) return tooMany(`Too many requests of ${network} had no valid API key`, waitMs / 1000);
      log.warn({ network, problem, url: pathOf(request) }, "a request had no valid API key");
      reply.header("www-authenticate", 'Bearer realm="millrace"');
      return new EngineError("unauthorized", `${problem}; send one as Authorization: Bearer KEY`);
    }
  }

  /** @throws {EngineError} `rate_limited`. */
  function limitRate({ name, network, limits: { ratePerMinute } }: Client): void {
    if (ratePerMinute === null) return;
    const waitMs = name === null ? networkRate.take(network, ratePerMinute) : keyRate.take(name, ratePerMinute);
    if (waitMs > 0) throw tooMany(`More than ${ratePerMinute} requests within a minute`, waitMs / 1000);
  }

  /** @throws {EngineError} `rate_limited`. */
  function limitConcurrency({ name, network, limits: { concurrency: most } }: Client, reply: FastifyReply): void {
    if (most === null) return;
    const leave = concurrency.enter(name === null ? `network ${network}` : `key ${name}`, most);
    if (leave === null) throw tooMany(`More than ${most} executions under way at once`, RETRY_S);
    reply.raw.once("close", () => {
      const { heldUntil } = reply.request;
      if (heldUntil === null) leave();
      else heldUntil.then(leave, leave);
    });
  }

  return {
    admit(request, reply) {
      origins.checkOrigin(request, reply);
      if (origins.isPreflight(request)) {
        origins.answerPreflight(reply);
        return true;
      }
      if (request.routeOptions.config.isOpen) return false;
      const client = identify(request, reply);
      // Whoever has a key is no page that found this server by chance.
      if (client.name === null) origins.checkHost(request);
      request.client = client;
      limitRate(client);
      if (request.routeOptions.config.isForExecution) limitConcurrency(client, reply);
      return false;
    },
  };
}

const NO_CREDENTIAL: Credential = { kind: "none" };

function tooMany(detail: string, retryAfterS: number): EngineError {
  return new EngineError("rate_limited", detail, { retryAfterSeconds: Math.max(1, Math.ceil(retryAfterS)) });
}

/** Without the query: somebody may have put a key there. */
function pathOf({ url }: FastifyRequest): string {
  return url.split("?", 1)[0] ?? "";
}
