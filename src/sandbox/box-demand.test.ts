import { expect, it } from "vitest";
import { type BoxDemandOptions, createBoxDemand } from "./box-demand.ts";
import type { BoxKind } from "./box-kind.ts";
import { fakeWarmStart } from "./warm-start.test-support.ts";

const cold = (diskBytes: number): BoxKind => ({ diskBytes, warm: null });
const warm = (id: string): BoxKind => ({ diskBytes: 64, warm: fakeWarmStart({ id }) });

const USUAL = cold(64);
const COMPILE = cold(256);

/** As much as is asked for, each of one byte, while there is some left. */
const memoryOf = (budgetBytes: number): BoxDemandOptions["memory"] => ({
  budgetBytes,
  fit(_start, count, mostBytes) {
    const fitting = Math.min(count, mostBytes);
    return { count: fitting, bytes: fitting };
  },
});

function makeDemand(budgetBytes = 100) {
  let nowMs = 0;
  const memory = memoryOf(budgetBytes);
  const demand = createBoxDemand({ usual: USUAL, prepared: 3, mostWarm: 6, memory, memoryMs: 1_000, now: () => nowMs });
  const targets = () => Object.fromEntries(Array.from(demand.targets(), ([key, { count }]) => [key, count]));
  return {
    note: (...kinds: BoxKind[]) => kinds.forEach(demand.note),
    targets,
    passMs(ms: number) {
      nowMs += ms;
    },
  };
}

function demandAfter(...kinds: BoxKind[]) {
  const { note, targets } = makeDemand();
  note(...kinds);
  return targets();
}

const times = (count: number, kind: BoxKind): BoxKind[] => new Array(count).fill(kind);

it("keeps the usual kind ready from the start", () => {
  expect(demandAfter()).toEqual({ "64": 3 });
});

it("gives nothing to a size that was asked for once", () => {
  expect(demandAfter(USUAL, cold(100), USUAL, cold(101))).toEqual({ "64": 3 });
});

it("follows a size that is asked for again, up to what the usual one has", () => {
  expect(demandAfter(COMPILE, USUAL, COMPILE)).toEqual({ "64": 3, "256": 1 });
  expect(demandAfter(...times(9, COMPILE))).toEqual({ "64": 3, "256": 3 });
});

it("forgets a size that went out of use", () => {
  expect(demandAfter(COMPILE, COMPILE, ...times(31, USUAL))).toEqual({ "64": 3 });
});

it("follows an interpreter from its first run on, up to what the usual kind has", () => {
  expect(demandAfter(warm("a"))).toEqual({ "64": 3, "64 a": 3 });
});

it("shares warm boxes in proportion", () => {
  expect(demandAfter(warm("a"), warm("b"), warm("b"))).toEqual({ "64": 3, "64 a": 2, "64 b": 3 });
});

it("gives each interpreter one, the latest first, as long as there are any", () => {
  const kinds = ["a", "b", "c", "d", "e", "f", "g"].map(warm);
  expect(demandAfter(...kinds)).toEqual({ "64": 3, "64 b": 1, "64 c": 1, "64 d": 1, "64 e": 1, "64 f": 1, "64 g": 1 });
});

it("takes nothing from an interpreter that most runs ask for, whoever came last", () => {
  const others = ["b", "c", "d", "e", "f", "g"].map(warm);
  expect(demandAfter(...times(20, warm("a")), ...others)).toMatchObject({ "64 a": 3, "64 g": 1, "64 f": 1, "64 e": 1 });
});

it("forgets what nobody has asked for lately", () => {
  const { note, targets, passMs } = makeDemand();
  note(warm("a"));
  passMs(900);
  note(COMPILE, COMPILE);
  passMs(101);
  expect(targets()).toEqual({ "64": 3, "256": 1 });
  passMs(1_000);
  expect(targets()).toEqual({ "64": 3 });
});

it.each([
  [6, { "64 a": 3, "64 b": 2, "64 c": 1 }],
  [5, { "64 a": 3, "64 b": 2 }],
  [4, { "64 a": 3, "64 b": 1 }],
  [2, { "64 a": 2 }],
  [0, {}],
])("gives memory for %i to those first that were asked for most", (budgetBytes, warmTargets) => {
  const { note, targets } = makeDemand(budgetBytes);
  note(...times(3, warm("a")), ...times(2, warm("b")), warm("c"));
  expect(targets()).toEqual({ "64": 3, ...warmTargets });
});
