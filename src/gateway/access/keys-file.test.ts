import { describe, expect, it } from "vitest";
import { type ApiKey, formatKeysFile, parseKeysFile } from "./keys-file.ts";

const alice: ApiKey = {
  name: "alice",
  sha256: "a".repeat(64),
  createdAt: "2026-01-02T03:04:05.678Z",
  ratePerMinute: 60,
  concurrency: 2,
};
const bob: ApiKey = { name: "bob.2_x-y", sha256: "b".repeat(64), createdAt: "2026-01-02T03:04:05Z" };

describe("a keys file", () => {
  it("is read as it was written", () => {
    expect(parseKeysFile(formatKeysFile([alice, bob]))).toEqual([alice, bob]);
    expect(parseKeysFile('{"keys": []}')).toEqual([]);
  });

  it.each<[what: string, keys: unknown, message: RegExp]>([
    ["a short hash", [{ ...alice, sha256: "a" }], /^keys\.0\.sha256: 64 hexadecimal/],
    ["the key itself", [{ ...alice, key: "mr_1" }], /^keys\.0: .*"key"/],
    ["a name with a slash", [bob, { ...alice, name: "a/b" }], /^keys\.1\.name: 1 to 64/],
    ["a name like a flag", [{ ...alice, name: "-a" }], /^keys\.0\.name/],
    ["a rate of 0", [{ ...alice, ratePerMinute: 0 }], /^keys\.0\.ratePerMinute/],
    ["half an execution", [{ ...alice, concurrency: 0.5 }], /^keys\.0\.concurrency/],
    ["one name twice", [alice, { ...bob, name: "alice" }], /two keys have the same name/],
    ["one key twice", [alice, { ...bob, sha256: alice.sha256 }], /two names have the same key/],
    ["no list", {}, /^keys: /],
  ])("is refused with %s", (_what, keys, message) => {
    expect(() => parseKeysFile(JSON.stringify({ keys }))).toThrow(message);
  });

  it.each(["", "{", "[]", "null", '{"keys":[],"more":1}'])("is refused as %j", (text) => {
    expect(() => parseKeysFile(text)).toThrow();
  });
});
