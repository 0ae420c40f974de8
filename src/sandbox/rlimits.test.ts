import { expect, it } from "vitest";
import { DEFAULT_COMPILE_LIMITS, DEFAULT_RUN_LIMITS, MAXIMUM_LIMITS } from "../domain/limits.ts";
import { boxRlimits, RLIMIT, runRlimits } from "./rlimits.ts";

const limitOn = (list: readonly { resource: number; value: number }[], resource: number) =>
  list.find((limit) => limit.resource === resource)?.value;

it.each([DEFAULT_RUN_LIMITS, DEFAULT_COMPILE_LIMITS, MAXIMUM_LIMITS])("a run's never exceed the box's", (limits) => {
  const box = boxRlimits(MAXIMUM_LIMITS);
  for (const { resource, value } of runRlimits(limits))
    expect(value).toBeLessThanOrEqual(limitOn(box, resource) ?? Number.POSITIVE_INFINITY);
});

it("processor time is bounded a little above the limit, in whole seconds", () => {
  expect(limitOn(runRlimits({ ...DEFAULT_RUN_LIMITS, cpuMs: 1_001 }), RLIMIT.cpu)).toBe(4);
});

it("a small memory limit bounds the stack", () => {
  expect(limitOn(runRlimits({ ...DEFAULT_RUN_LIMITS, memoryBytes: 8 << 20 }), RLIMIT.stack)).toBe(8 << 20);
  expect(limitOn(runRlimits(DEFAULT_RUN_LIMITS), RLIMIT.stack)).toBe(64 << 20);
});

it("address space is not bounded: runtimes reserve more than they use", () => {
  const addressSpace = 9;
  expect(limitOn([...boxRlimits(MAXIMUM_LIMITS), ...runRlimits(DEFAULT_RUN_LIMITS)], addressSpace)).toBeUndefined();
});
