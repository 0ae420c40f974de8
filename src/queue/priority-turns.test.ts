import fc from "fast-check";
import { expect, test } from "vitest";
import { PRIORITIES, type Priority } from "../domain/execution.ts";
import { createPriorityTurns, PRIORITY_TURNS } from "./priority-turns.ts";

const TURNS = PRIORITIES.reduce((sum, priority) => sum + PRIORITY_TURNS[priority], 0);

test("8 to 3 to 1 while all have something, the most urgent first", () => {
  const choose = createPriorityTurns();
  const chosen = Array.from({ length: 10 * TURNS }, () => choose(() => true));
  expect(chosen[0]).toBe("high");
  for (const priority of PRIORITIES) {
    expect(chosen.filter((one) => one === priority)).toHaveLength(10 * PRIORITY_TURNS[priority]);
  }
});

test("null when none has anything", () => {
  expect(createPriorityTurns()(() => false)).toBeNull();
});

test("whatever came before, one that has something waits for less than two rounds", () => {
  const sets = fc.subarray([...PRIORITIES], { minLength: 1 });
  fc.assert(
    fc.property(fc.array(sets, { maxLength: 60 }), fc.constantFrom<Priority>(...PRIORITIES), (before, waiting) => {
      const choose = createPriorityTurns();
      for (const set of before) expect(set).toContain(choose((priority) => set.includes(priority)));
      const next = Array.from({ length: 2 * TURNS }, () => choose(() => true));
      expect(next).toContain(waiting);
    }),
  );
});
