import { isIP } from "node:net";
import type { AddressPolicy } from "./address-policy.ts";

/** Below it are services that are no receivers of web hooks, and that make something else of what they are sent. */
const LEAST_PORT = 1_024;

/**
 * What is wrong with the address of a web hook, as far as it can be told without looking a name up.
 * @returns what it has to be, to follow "has to be"; null when nothing is wrong.
 */
export function findAddressFault(text: string, policy: AddressPolicy): string | null {
  if (!URL.canParse(text)) return "an address like https://example.org/hook";
  const url = new URL(text);
  const isHttp = url.protocol === "http:" && policy.hasOwn;
  if (url.protocol !== "https:" && !isHttp) return "an https:// address";
  if (url.username !== "" || url.password !== "") return "an address without a user's name or password";
  if (url.port !== "" && Number(url.port) < LEAST_PORT)
    return `an address with the usual port or one above ${LEAST_PORT - 1}`;
  const host = hostOf(url);
  if (isIP(host) === 0) return null;
  if (!policy.allows(host)) return "an address of the public Internet";
  return isHttp && !policy.isOwn(host) ? "an https:// address" : null;
}

/** A name, or an address without brackets. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
