import { lookup as lookUp } from "node:dns";
import { type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { AddressPolicy } from "./address-policy.ts";
import { findAddressFault } from "./webhook-address.ts";

/** How long a receiver has, from the look-up of its name to the first line of its answer, milliseconds. */
export const ANSWER_MS = 10_000;

const LONGEST_HEADERS_BYTES = 16_384;

export interface Sending {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly policy: AddressPolicy;
  /** Finds a name's addresses; the system's by default. */
  readonly lookup?: LookupFunction | undefined;
  readonly answerMs?: number | undefined;
  /** Aborts when nothing is to be sent any more. */
  readonly signal: AbortSignal;
}

/** The receiver cannot be asked: it is nowhere that is allowed. It is of no use to try again soon. */
export class ForbiddenAddress extends Error {
  override readonly name = "ForbiddenAddress";
}

/**
 * Sends a message. It goes to an address that was checked: the name is looked up once, and what was found is what is
 * connected to. A redirect is an answer like any other. Of the answer only its first line counts; the rest is not read.
 * @returns the answer's HTTP status.
 * @throws {ForbiddenAddress} when the address is not allowed.
 * @throws {Error} when no answer comes in time.
 */
export function send(sending: Sending): Promise<number> {
  const { url, headers, body, policy, answerMs = ANSWER_MS, signal } = sending;
  const fault = findAddressFault(url, policy);
  if (fault !== null) return Promise.reject(new ForbiddenAddress(`it has to be ${fault}`));
  const target = new URL(url);
  const isEncrypted = target.protocol === "https:";
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const options: RequestOptions = {
    method: "POST",
    headers: { ...headers, "content-length": Buffer.byteLength(body) },
    // A connection of its own: one that is kept was opened for somebody else.
    agent: false,
    lookup: checkedLookup(policy, isEncrypted, sending.lookup ?? (lookUp as LookupFunction)),
    maxHeaderSize: LONGEST_HEADERS_BYTES,
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
  };
  const request = isEncrypted ? requestHttps(target, options) : requestHttp(target, options);
  request.once("response", (response) => {
    resolve(response.statusCode ?? 0);
    response.destroy();
  });
  request.once("error", reject);
  request.end(body);
  return promise;
}

/** Looks a name up, and lets nothing through that may not be connected to. */
function checkedLookup(policy: AddressPolicy, isEncrypted: boolean, lookup: LookupFunction): LookupFunction {
  const mayReach = isEncrypted ? policy.allows : policy.isOwn;
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, "");
      const all = typeof found === "string" ? [{ address: found, family: isIP(found) }] : found;
      const reachable = all.filter(({ address }) => mayReach(address));
      const [first] = reachable;
      if (first === undefined) {
        const where = isEncrypted ? "on the public Internet" : "in an allowed network, where http:// would do";
        return callback(new ForbiddenAddress(`${name} is not ${where}`), "");
      }
      if (options.all === true) return callback(null, reachable);
      return callback(null, first.address, first.family);
    });
  };
}
