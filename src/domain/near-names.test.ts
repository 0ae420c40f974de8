import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, nearNames } from "./near-names.ts";

test.each([
  ["pyhton", ["python"]],
  ["Java", ["java", "javac"]],
  ["javscript", ["javascript"]],
  ["xyz", []],
])("near %s are %j", (word, expected) => {
  expect(nearNames(word, ["python", "java", "javac", "javascript", "c"], 3)).toEqual(expected);
});

test("at most as many as asked for, the nearest first", () => {
  expect(nearNames("abcd", ["abcx", "abcde", "abcd", "bcd"], 2)).toEqual(["abcd", "abcde"]);
});

test("the edit distance is a metric", () => {
  const word = fc.string({ maxLength: 8, unit: fc.constantFrom("a", "b", "c") });
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      expect(editDistance(a, "")).toBe(a.length);
    }),
  );
});
