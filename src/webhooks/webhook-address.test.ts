import { expect, test } from "vitest";
import { createAddressPolicy } from "./address-policy.ts";
import { findAddressFault } from "./webhook-address.ts";

const anywhere = createAddressPolicy([]);
const here = createAddressPolicy(["127.0.0.0/8"]);

test.each([
  "https://example.org",
  "https://example.org:8443/a?b=c#d",
  "https://1.1.1.1/",
  "https://[2606:4700::1]/",
  "https://localhost/",
])("%s is right, as far as can be told", (url) => expect(findAddressFault(url, anywhere)).toBeNull());

test.each([
  ["http://example.org/", /https/],
  ["ftp://example.org/", /https/],
  ["file:///etc/passwd", /https/],
  ["javascript:1", /https/],
  ["//example.org/", /like https/],
  ["example.org", /like https/],
  ["", /like https/],
  ["https://user@example.org/", /without a user/],
  ["https://user:pw@example.org/", /without a user/],
  ["https://example.org:22/", /port/],
  ["https://127.0.0.1/", /public Internet/],
  ["https://127.1/", /public Internet/],
  ["https://0x7f000001/", /public Internet/],
  ["https://2130706433/", /public Internet/],
  ["https://①②⑦.0.0.1/", /public Internet/],
  ["https://[::ffff:169.254.169.254]/", /public Internet/],
])("%s is not", (url, fault) => expect(findAddressFault(url, anywhere)).toMatch(fault));

test("where a network is allowed, http will do there and nowhere else", () => {
  expect(findAddressFault("http://127.0.0.1:8080/", here)).toBeNull();
  expect(findAddressFault("https://127.0.0.1/", here)).toBeNull();
  expect(findAddressFault("http://1.1.1.1/", here)).toMatch(/https/);
  expect(findAddressFault("http://10.0.0.1/", here)).toMatch(/public Internet/);
});
