import { describe, expect, it } from "vitest";
import { hashApiKey, isApiKey, makeApiKey } from "./api-key.ts";
import { createKeyRing } from "./key-ring.ts";

const entry = (name: string, key: string) => ({ name, sha256: hashApiKey(key), createdAt: "2026-01-01T00:00:00Z" });

describe("an API key", () => {
  it("can be recognised, and is another each time", () => {
    const keys = Array.from({ length: 100 }, makeApiKey);
    expect(keys.filter(isApiKey)).toHaveLength(100);
    expect(new Set(keys).size).toBe(100);
  });

  it("is hashed as `sha256sum` would", () => {
    expect(hashApiKey("mr_abc")).toBe("3ab8fb3ccc16509ad4c3bdc96be3da3db7129876fe37a81e24a1d1e6e03a0d30");
  });
});

describe("a key ring", () => {
  it("finds the keys that it was given last, and no others", () => {
    const [a, b, other] = [makeApiKey(), makeApiKey(), makeApiKey()];
    const ring = createKeyRing({ need: "always" });
    ring.replace([entry("a", a), entry("b", b)]);
    expect([a, b, other].map((key) => ring.find(key)?.name)).toEqual(["a", "b", undefined]);
    ring.replace([entry("b", b)]);
    expect([a, b].map((key) => ring.find(key)?.name)).toEqual([undefined, "b"]);
    ring.replace(null);
    expect(ring.find(b)).toBeNull();
  });

  it.each([
    ["a hash", (key: string) => hashApiKey(key)],
    ["a key in capitals", (key: string) => key.toUpperCase()],
    ["a key without its prefix", (key: string) => key.slice(3)],
    ["a key and a space", (key: string) => `${key} `],
    ["a longer key", (key: string) => `${key}0`],
    ["nothing", () => ""],
  ])("does not take %s for the key", (_what, change) => {
    const key = makeApiKey();
    const ring = createKeyRing({ need: "always" });
    ring.replace([entry("a", key)]);
    expect(ring.find(change(key))).toBeNull();
  });

  it.each([
    ["always", "required", "required"],
    ["never", "ignored", "optional"],
    ["if-configured", "ignored", "required"],
  ] as const)("that is needed %s: keys are %s, and %s from the first file on", (need, before, after) => {
    const ring = createKeyRing({ need });
    ring.replace(null);
    expect(ring.demand()).toBe(before);
    ring.replace([]);
    expect(ring.demand()).toBe(after);
    ring.replace(null);
    expect(ring.demand()).toBe(after);
  });
});
