import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRateLimiter } from "./rate-limiter.ts";

function setUp(capacity = 100) {
  const clock = { atMs: 1_700_000_000_000, nowMs: () => clock.atMs };
  return { clock, limiter: createRateLimiter({ clock, capacity }) };
}

describe("a rate limiter", () => {
  it("lets as many through at once as a minute allows, and says when the next may come", () => {
    const { clock, limiter } = setUp();
    const waits = Array.from({ length: 7 }, () => limiter.take("a", 6));
    expect(waits.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(waits[6]).toBeCloseTo(10_000);
    clock.atMs += 9_999;
    expect(limiter.take("a", 6)).toBeCloseTo(1);
    clock.atMs += 1;
    expect(limiter.take("a", 6)).toBe(0);
    expect(limiter.take("a", 6)).toBeCloseTo(10_000);
  });

  it("takes nothing for what it refuses", () => {
    const { clock, limiter } = setUp();
    for (let turn = 0; turn < 50; turn++) limiter.take("a", 1);
    clock.atMs += 60_000;
    expect(limiter.take("a", 1)).toBe(0);
  });

  it("keeps clients apart", () => {
    const { limiter } = setUp();
    expect([limiter.take("a", 1), limiter.take("b", 1)]).toEqual([0, 0]);
    expect(limiter.take("a", 1)).toBeGreaterThan(0);
  });

  it("forgets whom it has not seen for longest, and nobody else", () => {
    const { limiter } = setUp(2);
    for (const id of ["a", "b", "a", "c"]) limiter.take(id, 2);
    expect(limiter.take("a", 2)).toBeGreaterThan(0);
    expect([limiter.take("b", 2), limiter.take("b", 2)]).toEqual([0, 0]);
  });

  it("never lets through more than a full bucket and what flows in", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 500 }),
        (rate, gaps) => {
          const { clock, limiter } = setUp();
          const startedAtMs = clock.atMs;
          let through = 0;
          for (const gapMs of gaps) {
            clock.atMs += gapMs;
            if (limiter.take("a", rate) === 0) through++;
          }
          const flowedIn = ((clock.atMs - startedAtMs) * rate) / 60_000;
          expect(through).toBeLessThanOrEqual(rate + flowedIn + 0.001);
          expect(through).toBeGreaterThanOrEqual(Math.min(gaps.length, rate));
        },
      ),
    );
  });

  it("lets through whoever waits as long as it was told", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (rate) => {
        const { clock, limiter } = setUp();
        let waitMs = 0;
        for (let turn = 0; waitMs === 0 && turn <= rate; turn++) {
          waitMs = limiter.take("a", rate);
          if (turn > 2_000) return;
        }
        clock.atMs += waitMs;
        expect(limiter.take("a", rate)).toBe(0);
      }),
    );
  });
});
