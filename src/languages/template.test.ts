import { expect, test } from "vitest";
import { expand, expandText, placeholdersOf } from "./template.ts";

const values = { word: () => "value", list: () => ["a", "b"], none: () => [], braces: () => "{word}" };

test("a name inside a text is replaced wherever it stands", () => {
  expect(expand("-x{word}-{word}", values)).toEqual(["-xvalue-value"]);
  expect(expandText("{word}/bin", values)).toBe("value/bin");
});

test("a list that stands alone becomes its items", () => {
  expect(expand("{list}", values)).toEqual(["a", "b"]);
  expect(expand("{none}", values)).toEqual([]);
});

test("a value is never read as a template", () => {
  expect(expand("{braces}", values)).toEqual(["{word}"]);
  expect(expand("x{braces}", values)).toEqual(["x{word}"]);
});

test("a dollar sign in a value stays a dollar sign", () => {
  expect(expandText("<{word}>", { word: () => "$&$1" })).toBe("<$&$1>");
});

test("an unknown name and a list inside a text are errors", () => {
  expect(() => expand("{nothing}", values)).toThrow("there is no {nothing}");
  expect(() => expand("{toString}", values)).toThrow("there is no {toString}");
  expect(() => expand("x{list}", values)).toThrow("{list} is a list");
});

test("what is not a name in braces is text", () => {
  expect(expand("{} {1} { word }", values)).toEqual(["{} {1} { word }"]);
  expect(placeholdersOf("{a}{b} {1}")).toEqual(["a", "b"]);
});
