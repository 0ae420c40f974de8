import { expect, test } from "vitest";
import { fail, pass } from "./doctor/finding.ts";
import { planIsolation } from "./plan-isolation.ts";
import { StartError } from "./start-error.ts";

const none = fail("cgroups", "No group can be made in /sys/fs/cgroup/memory (EROFS).", "mount -o remount,rw x");

test("where boxes can have control groups they have them, whatever else would be accepted", () => {
  for (const accepted of ["full", "reduced"] as const)
    expect(planIsolation(accepted, pass("cgroups", "Groups can be made."))).toEqual({ isolation: "full", lacks: [] });
});

test("where they cannot there is no start, and the way out is named", () => {
  const start = () => planIsolation("full", none);
  expect(start).toThrow(StartError);
  expect(start).toThrow(/\(EROFS\)\. What may mend it: mount -o remount,rw x\. .* --isolation=reduced$/);
});

test("who accepts less is told what it is that is less", () => {
  const { isolation, lacks } = planIsolation("reduced", none);
  expect(isolation).toBe("reduced");
  expect(lacks.length).toBeGreaterThan(0);
  for (const sentence of lacks) expect(sentence).toMatch(/\.$/);
});
