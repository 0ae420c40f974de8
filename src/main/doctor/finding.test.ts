import { expect, test } from "vitest";
import { degraded, type Finding, fail, pass, verdictOf, warn } from "./finding.ts";

const absent: Finding = { check: "lua", verdict: "absent", reason: "Lua is not installed.", remedy: "apt" };

test.each<[readonly Finding[], string]>([
  [[], "pass"],
  [[pass("a", ""), absent], "pass"],
  [[warn("a", "", null)], "pass"],
  [[pass("a", ""), degraded("b", "", null), absent], "degraded"],
  [[degraded("b", "", null), fail("c", "", null), pass("a", "")], "fail"],
])("the worst of the findings counts, a warning and an absent language for nothing", (findings, verdict) => {
  expect(verdictOf(findings)).toBe(verdict);
});
