import { expect, test } from "vitest";
import { createRecentExecutions } from "./recent-executions.ts";

test("nothing has been noted yet", () => {
  expect(createRecentExecutions().read()).toEqual({ executions: 0, queuedMs: null, totalMs: null });
});

test("a percentile is the least time that so many of a hundred did not exceed", () => {
  const recent = createRecentExecutions();
  for (let n = 200; n >= 1; n -= 1) recent.note({ queuedMs: 1, totalMs: n });
  expect(recent.read()).toEqual({
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
