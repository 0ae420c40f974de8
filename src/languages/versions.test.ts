import { expect, test } from "vitest";
import { byVersionDescending, isInRange, normalizeVersion } from "./versions.ts";

test.each([
  ["25", "25.0.0"],
  ["1.19", "1.19.0"],
  ["17.0.15.1", "17.0.15"],
  ["5.2.15(1)-release", "5.2.15"],
  ["1.97.0-nightly", "1.97.0-nightly"],
])("%s is version %s", (text, version) => {
  expect(normalizeVersion(text)).toBe(version);
});

test("a text without a number is no version", () => {
  expect(normalizeVersion("unknown")).toBeNull();
});

test("the highest release comes first, and what is not released yet comes last", () => {
  const versions = ["1.9.0", "1.97.0-nightly", "1.10.2", "1.96.0-beta", "1.95.0"];
  expect(versions.sort(byVersionDescending)).toEqual(["1.95.0", "1.10.2", "1.9.0", "1.97.0-nightly", "1.96.0-beta"]);
});

test("what is not released yet is only meant where it is named", () => {
  expect(isInRange("1.97.0-nightly", ">=1.0")).toBe(false);
  expect(isInRange("1.97.0-nightly", "1.97.0-nightly")).toBe(true);
});
