import { isIPv4, isIPv6 } from "node:net";
import type { ClientLimits } from "../../domain/client-limits.ts";

/** Who sends a request. */
export interface Client {
  /** The name of its API key; null for a client without one. */
  readonly name: string | null;
  /** Where it comes from; see {@link networkOf}. */
  readonly network: string;
  readonly limits: ClientLimits;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Who sends it. Set before any route sees the request; on an open route nobody is asked who they are, and it is null. */
    client: Client | null;
    /** The end of what its client has under way beyond the answer; null for nothing. */
    heldUntil: Promise<unknown> | null;
  }
}

/**
 * The part of an address that one client is likely to own: all of an IPv4 address, the first 64 bits of an IPv6 address,
 * of which every customer of a provider has 2^64.
 * @param address as a socket says it; `::ffff:10.0.0.1` is the IPv4 address 10.0.0.1. Absent once the socket is gone.
 */
export function networkOf(address: string | undefined): string {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "") ?? "";
  if (isIPv4(plain)) return plain;
  if (!isIPv6(plain)) return "unknown";
  const [head = "", tail] = plain.split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => "0");
  const groups = [...first, ...zeros, ...last].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
