import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findJsonExcess } from "./json-excess.ts";

const BOUNDS = { levels: 32, entries: 100, values: 1_000 };

/** What there is too much of, and the field in which it is. */
function look(text: string, bounds = BOUNDS): string | null {
  const excess = findJsonExcess(Buffer.from(text), bounds);
  return excess && `${excess.of} in ${excess.field === null ? "the text" : Buffer.from(excess.field).toString()}`;
}

const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const listOf = (count: number, item: string) => `[${Array(count).fill(item).join()}]`;

describe("findJsonExcess", () => {
  it.each([
    ["as many levels as may be", nested(32), null],
    ["one level more", nested(33), "levels in the text"],
    ["levels that never end", "[".repeat(33), "levels in the text"],
    ["levels of objects", '{"a":'.repeat(33), 'levels in "a"'],
    ["levels within a field", `{"a":1,"b":${nested(32)},"c":2}`, 'levels in "b"'],
    ["as many entries as may be", listOf(100, "[]"), null],
    ["one entry more", listOf(101, "1"), "entries in the text"],
    ["entries of an object", JSON.stringify({ ...Array(101).fill(1) }), "entries in the text"],
    ["entries within a field", `{"a":[1],"é\\"b":${listOf(101, "{}")}}`, 'entries in "é\\"b"'],
    ["entries deep within a field", `{"a":[{"b":${listOf(101, "1")}}]}`, 'entries in "a"'],
    ["many lists of few entries", listOf(99, listOf(9, "1")), null],
    ["too many values altogether", `{"a":${listOf(20, listOf(60, "1"))}}`, 'values in "a"'],
    ["brackets in a string", JSON.stringify({ code: "[".repeat(1_000) }), null],
    ["commas in a string", JSON.stringify({ code: ",".repeat(1_000) }), null],
    ["brackets after an escaped quote", JSON.stringify({ code: `"${"[".repeat(1_000)}` }), null],
    ["brackets after a string that ends with a backslash", `["\\\\",${nested(33)}]`, "levels in the text"],
    ["a string without an end", `["${"[".repeat(33)}`, null],
    ["a string that is cut within an escape", '["\\', null],
    ["more closed than opened", `]]]]${nested(32)}`, null],
    ["nothing", "", null],
  ])("looks at %s", (_, text, expected) => {
    expect(look(text)).toBe(expected);
  });

  it("never minds what is in strings", () => {
    const backslashes = fc.string({ unit: fc.constantFrom("\\", '"', "x", "["), minLength: 20, maxLength: 200 });
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: "binary" }), backslashes), { maxLength: 10 }), (texts) => {
        const bounds = { levels: 1, entries: Math.max(1, texts.length), values: texts.length + 1 };
        expect(look(JSON.stringify(texts), bounds)).toBeNull();
      }),
    );
  });

  it("counts what JSON.parse makes", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const { levels, entries, values } = measure(JSON.parse(text));
        const enough = { levels, entries: Math.max(1, entries), values: 2 * values };
        expect(look(text, enough)).toBeNull();
        if (levels > 0) expect(look(text, { ...enough, levels: levels - 1 })).toMatch(/^levels/);
        if (values > 1) expect(look(text, { ...enough, values: Math.floor(values / 2) - 1 })).toMatch(/^values/);
        if (entries > 1) expect(look(text, { ...enough, entries: entries - 1 })).toMatch(/^entries/);
      }),
    );
  });
});

/** Levels, the most entries of one array or object, and values; the outermost one aside when it is neither. */
function measure(value: unknown): { levels: number; entries: number; values: number } {
  if (typeof value !== "object" || value === null) return { levels: 0, entries: 0, values: 1 };
  const inner = Object.values(value).map(measure);
  return {
    levels: 1 + Math.max(0, ...inner.map(({ levels }) => levels)),
    entries: Math.max(inner.length, ...inner.map(({ entries }) => entries)),
    values: inner.reduce((sum, { values }) => sum + values, 1),
  };
}
