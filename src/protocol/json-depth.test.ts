import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDeeperThan } from "./json-depth.ts";

const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

describe("isDeeperThan", () => {
  it.each([
    ["as many levels", nested(32), false],
    ["one level more", nested(33), true],
    ["levels that never end", "[".repeat(33), true],
    ["levels of objects", '{"a":'.repeat(33), true],
    ["many shallow arrays", `[${"[],".repeat(5_000)}[]]`, false],
    ["brackets in a string", JSON.stringify({ code: "[".repeat(1_000) }), false],
    ["brackets after an escaped quote", JSON.stringify({ code: `"${"[".repeat(1_000)}` }), false],
    ["brackets after a string that ends with a backslash", `["\\\\",${nested(33)}]`, true],
    ["a string without an end", `["${"[".repeat(33)}`, false],
    ["more closed than opened", "]]]]", false],
  ])("looks at %s", (_, text, isDeeper) => {
    expect(isDeeperThan(text, 32)).toBe(isDeeper);
  });

  it("never minds what is in strings", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (texts) => {
        expect(isDeeperThan(JSON.stringify(texts), 1)).toBe(false);
      }),
    );
  });
});
