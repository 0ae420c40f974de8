import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, nearNames } from "./near-names.ts";

test.each([
  ["pyhton", ["python"]],
  ["jvaa", ["java"]],
  ["Java", ["java", "javac"]],
  ["javscript", ["javascript"]],
  ["xyz", []],
])("near %s are %j", (word, expected) => {
  expect(nearNames(word, ["python", "java", "javac", "javascript", "c"], 3)).toEqual(expected);
});

test("at most as many as asked for, the nearest first", () => {
  expect(nearNames("abcd", ["abcx", "abcde", "abcd", "bcd"], 2)).toEqual(["abcd", "abcde"]);
});

test("the distance is the same both ways, none only between equals, and all of a word to nothing", () => {
  const word = fc.string({ maxLength: 8, unit: fc.constantFrom("a", "b", "c") });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, "")).toBe(a.length);
    }),
  );
});

test.each([
  ["added", "poort", 1],
  ["dropped", "prt", 1],
  ["changed", "part", 1],
  ["swapped with its neighbour", "prot", 1],
  ["swapped, and another changed", "prox", 2],
])("a character %s", (_slip, word, distance) => {
  expect(editDistance(word, "port")).toBe(distance);
});
