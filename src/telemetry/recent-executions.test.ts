import { expect, test } from "vitest";
import { createRecentExecutions } from "./recent-executions.ts";

test("nothing has been noted yet", () => {
  expect(createRecentExecutions().read()).toEqual({ executions: 0, perSecond: 0, queuedMs: null, totalMs: null });
});

test("a percentile is the least time that so many of a hundred did not exceed", () => {
  const recent = createRecentExecutions();
  for (let n = 200; n >= 1; n -= 1) recent.note({ queuedMs: 1, totalMs: n });
  expect(recent.read()).toMatchObject({
    executions: 200,
    queuedMs: { p50: 1, p95: 1, p99: 1 },
    totalMs: { p50: 100, p95: 190, p99: 198 },
  });
});

test("only the last 1,024 count", () => {
  const recent = createRecentExecutions();
  recent.note({ queuedMs: 5_000, totalMs: 5_000 });
  for (let n = 0; n < 1_024; n += 1) recent.note({ queuedMs: 1, totalMs: 2 });
  expect(recent.read()).toMatchObject({ executions: 1_024, totalMs: { p99: 2 } });
});

test("the rate is that of the last minute, or of the time since the start when that is less", () => {
  let nowMs = 500;
  const recent = createRecentExecutions(() => nowMs);
  const note = (count: number) => {
    for (let n = 0; n < count; n += 1) recent.note({ queuedMs: 1, totalMs: 2 });
  };
  note(3);
  expect(recent.read().perSecond).toBe(3);
  nowMs += 30_000;
  note(27);
  expect(recent.read().perSecond).toBe(1);
  nowMs += 30_000;
  // Those of the first second are a minute old.
  expect(recent.read().perSecond).toBe(27 / 60);
  nowMs += 60_000;
  note(60);
  expect(recent.read().perSecond).toBe(1);
});
