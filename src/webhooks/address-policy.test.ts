import { describe, expect, test } from "vitest";
import { createAddressPolicy } from "./address-policy.ts";

describe("the public Internet", () => {
  const { allows, isOwn } = createAddressPolicy([]);

  test.each([
    "93.184.216.34",
    "1.1.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "223.255.255.255",
    "2606:4700::1",
    "2a00:1450::1",
  ])("%s may be reached", (address) => expect([allows(address), isOwn(address)]).toEqual([true, false]));

  test.each([
    ["this host", "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "::", "::1"],
    ["private networks", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.255.255", "fc00::1", "fd00:ec2::254"],
    ["this link, and the metadata of clouds", "169.254.0.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "fec0::1"],
    ["a provider's own network", "100.64.0.1", "100.127.255.255"],
    ["many hosts at once", "224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1"],
    ["reserved and for documents", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "240.0.0.1"],
    ["reserved and for documents", "2001:db8::1", "2001::1", "3fff::1", "100::1", "4000::1"],
    ["IPv4 in other clothes", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"],
    ["no address at all", "", "localhost", "127.1", "1.1.1.1/32", "1.1.1.1 "],
  ])("%s may not: %s", (...[, ...addresses]) => {
    for (const address of addresses) expect([address, allows(address)]).toEqual([address, false]);
  });
});

test("what was allowed may be reached, and nothing beside it", () => {
  const { allows, isOwn, hasOwn } = createAddressPolicy(["10.1.0.0/16", "127.0.0.1", "fd00::/64"]);
  expect(hasOwn).toBe(true);
  for (const address of ["10.1.2.3", "127.0.0.1", "fd00::1"])
    expect([allows(address), isOwn(address)]).toEqual([true, true]);
  for (const address of ["10.2.0.1", "127.0.0.2", "fd01::1", "::ffff:10.1.2.3"]) expect(allows(address)).toBe(false);
  expect([allows("1.1.1.1"), isOwn("1.1.1.1")]).toEqual([true, false]);
});
