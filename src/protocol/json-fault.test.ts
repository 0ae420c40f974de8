import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findJsonFault } from "./json-fault.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("findJsonFault", () => {
  it("agrees with JSON.parse on what is JSON", () => {
    const fragment = fc.constantFrom(
      '"a"',
      '"\\u12',
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "1",
      "-",
      "0",
      ".5",
      "e9",
      "true",
      "nul",
      '"\n"',
      " ",
      "\t",
      '\\"',
      '"',
    );
    const text = fc.oneof(
      fc.json(),
      fc.array(fragment, { maxLength: 8 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (given) => {
        expect(findJsonFault(given) === null).toBe(isJson(given));
      }),
      { numRuns: 3000 },
    );
  });

  it("counts lines and columns from 1", () => {
    expect(findJsonFault('{\n  "a": 1,\n  b\n}')).toEqual({
      line: 3,
      column: 3,
      expected: "a name in double quotes",
      found: "b",
    });
    expect(findJsonFault("")).toEqual({ line: 1, column: 1, expected: "a value", found: null });
    expect(findJsonFault("\n")).toEqual({ line: 2, column: 1, expected: "a value", found: null });
    expect(findJsonFault("[1 \u{1f600}")).toEqual({ line: 1, column: 4, expected: '"," or "]"', found: "\u{1f600}" });
  });
});
