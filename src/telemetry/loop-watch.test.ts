import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLoopWatch } from "./loop-watch.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("watches while there is something to do, and not at rest", () => {
  const delays: number[] = [];
  const watch = createLoopWatch((seconds) => delays.push(seconds));
  expect(vi.getTimerCount()).toBe(0);
  watch.note();
  watch.note();
  vi.advanceTimersByTime(100);
  expect(delays).toHaveLength(10);
  expect(Math.max(...delays)).toBeLessThan(0.001);
  vi.advanceTimersByTime(2_000);
  expect(vi.getTimerCount()).toBe(0);
  const seen = delays.length;
  watch.note();
  vi.advanceTimersByTime(50);
  expect(delays.length).toBe(seen + 5);
  watch.close();
  expect(vi.getTimerCount()).toBe(0);
});

test("tells how late a tick came", () => {
  const delays: number[] = [];
  const watch = createLoopWatch((seconds) => delays.push(seconds));
  watch.note();
  const startedAtMs = performance.now();
  vi.setSystemTime(Date.now()); // the timers' clock stays, only what time it is moves below
  vi.spyOn(performance, "now").mockReturnValue(startedAtMs + 60);
  vi.advanceTimersByTime(10);
  vi.restoreAllMocks();
  expect(delays[0]).toBeCloseTo(0.05);
  watch.close();
});
