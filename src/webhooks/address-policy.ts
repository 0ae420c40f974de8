import { BlockList, isIP } from "node:net";

/**
 * IPv4 networks that are not the public Internet, or not one host of it: the registry of special-purpose addresses
 * (RFC 6890 and its successors), multicast and what is reserved.
 */
const SPECIAL_IPV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/** All that is public of IPv6; whatever carries an IPv4 address in it is outside, or among the next. */
const GLOBAL_IPV6 = "2000::/3";
const SPECIAL_IPV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/** Which addresses web hooks may be sent to. */
export interface AddressPolicy {
  /** Whether an address is public, or in a network that was allowed. */
  allows(address: string): boolean;
  /** Whether it is in a network that was allowed: there, what is sent need not be encrypted. */
  isOwn(address: string): boolean;
  /** Whether any network was allowed. */
  readonly hasOwn: boolean;
}

/** @param own networks that may be reached although they are not public, like `10.0.0.0/8` or one address. */
export function createAddressPolicy(own: readonly string[]): AddressPolicy {
  const allowed = networks(own);
  const special = networks([...SPECIAL_IPV4, ...SPECIAL_IPV6]);
  const global = networks([GLOBAL_IPV6]);

  function isPublic(address: string): boolean {
    if (isIP(address) === 4) return !special.check(address, "ipv4");
    return isIP(address) === 6 && global.check(address, "ipv6") && !special.check(address, "ipv6");
  }
  /** An IPv4 address in IPv6's clothes is nobody's. */
  function isOwn(address: string): boolean {
    if (isIP(address) === 4) return allowed.check(address, "ipv4");
    return isIP(address) === 6 && !/^::ffff:/i.test(address) && allowed.check(address, "ipv6");
  }
  return { allows: (address) => isPublic(address) || isOwn(address), isOwn, hasOwn: own.length > 0 };
}

function networks(list: readonly string[]): BlockList {
  const found = new BlockList();
  for (const network of list) {
    const [address = "", bits] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    found.addSubnet(address, Number(bits ?? (family === "ipv6" ? 128 : 32)), family);
  }
  return found;
}
