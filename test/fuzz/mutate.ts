import fc from "fast-check";

/** Changes one place of a value that was right. */
type Mutation = (value: unknown) => unknown;

/** What stands where something else is expected. */
const STRANGERS: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e300,
  "",
  "\u0000",
  "\ud800",
  "../../etc/passwd",
  "x".repeat(70_000),
  [],
  [[]],
  {},
  { type: "Buffer", data: [1] },
  Array(1_001).fill("x"),
];

const NAMES = [
  "colour",
  "__proto__",
  "constructor",
  "toString",
  "memory",
  "Code",
  "tests",
  "a/b~",
  "",
  "x".repeat(200),
];

/** Right values with one or two places changed. */
export function nearly(right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const place = fc.nat({ max: 10_000 });
  const mutation: fc.Arbitrary<Mutation> = fc.oneof(
    fc.record({ place, stranger: fc.constantFrom(...STRANGERS) }).map(({ place: at, stranger }): Mutation => {
      return (value) => changeAt(value, at, () => stranger);
    }),
    fc.record({ place, name: fc.constantFrom(...NAMES), stranger: fc.constantFrom(...STRANGERS) }).map(
      ({ place: at, name, stranger }): Mutation =>
        (value) =>
          changeAt(value, at, (found) => withEntry(found, name, stranger)),
    ),
    fc.record({ place, entry: place }).map(({ place: at, entry }): Mutation => {
      return (value) => changeAt(value, at, (found) => withoutEntry(found, entry));
    }),
  );
  return fc.tuple(right, fc.array(mutation, { minLength: 1, maxLength: 2 })).map(([value, mutations]) => {
    return mutations.reduce((changed, mutate) => mutate(changed), value);
  });
}

/** Changes the place with this number, counted through the value and again from its start when there are fewer. */
function changeAt(value: unknown, place: number, change: (found: unknown) => unknown): unknown {
  let left = place % countPlaces(value);
  function visit(found: unknown): unknown {
    if (left-- === 0) return change(found);
    if (Array.isArray(found)) return found.map(visit);
    if (typeof found !== "object" || found === null) return found;
    return fromEntries(Object.entries(found).map(([name, entry]) => [name, visit(entry)]));
  }
  return visit(value);
}

function countPlaces(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, entry) => sum + countPlaces(entry), 1);
}

function withEntry(found: unknown, name: string, stranger: unknown): unknown {
  if (Array.isArray(found)) return [...found, stranger];
  if (typeof found !== "object" || found === null) return found;
  return fromEntries([...Object.entries(found), [name, stranger]]);
}

function withoutEntry(found: unknown, entry: number): unknown {
  if (typeof found !== "object" || found === null) return found;
  const entries = Object.entries(found);
  entries.splice(entry % Math.max(1, entries.length), 1);
  return Array.isArray(found) ? entries.map(([, kept]) => kept) : fromEntries(entries);
}

/** Keeps `__proto__` a name like any other. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): object {
  const made = {};
  for (const [name, value] of entries) {
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return made;
}

/** A text with some of its characters lost, added or changed. */
export function garbled(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const edit = fc.record({
    place: fc.nat({ max: 100_000 }),
    drop: fc.nat({ max: 3 }),
    add: fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom('"', "\\", "{", "[", "]}", ",", ":", "\ufeff", "\u0000", "\n"),
    ),
  });
  return fc.tuple(text, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([given, edits]) =>
    edits.reduce((changed, { place, drop, add }) => {
      const at = place % (changed.length + 1);
      return changed.slice(0, at) + add + changed.slice(at + drop);
    }, given),
  );
}
