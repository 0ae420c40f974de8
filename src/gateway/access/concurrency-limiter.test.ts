import { expect, it } from "vitest";
import { createConcurrencyLimiter } from "./concurrency-limiter.ts";

it("lets in as many as may be under way, and the next one when one has left", () => {
  const limiter = createConcurrencyLimiter();
  const [first, second, third] = [limiter.enter("a", 2), limiter.enter("a", 2), limiter.enter("a", 2)];
  expect([first, second, third].map((leave) => leave !== null)).toEqual([true, true, false]);
  expect(limiter.enter("b", 1)).not.toBeNull();
  first?.();
  expect(limiter.enter("a", 2)).not.toBeNull();
  expect(limiter.enter("a", 2)).toBeNull();
});

it("counts one that leaves twice once", () => {
  const limiter = createConcurrencyLimiter();
  const leave = limiter.enter("a", 2);
  limiter.enter("a", 2);
  leave?.();
  leave?.();
  expect(limiter.enter("a", 2)).not.toBeNull();
  expect(limiter.enter("a", 2)).toBeNull();
});
