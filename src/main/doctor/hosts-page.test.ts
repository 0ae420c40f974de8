import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { boxTrials } from "./box-trials.ts";
import { examineWeaknesses } from "./examine-weaknesses.ts";

const page = readFileSync(new URL("../../../docs/hosts.md", import.meta.url), "utf8");

test("docs/hosts.md shows each trial in a box, in the doctor's words", () => {
  for (const { check, shows } of boxTrials("x64"))
    expect(page).toMatch(new RegExp(`^PASS {6}${check} +${shows}, in \\d+ ms\\.$`, "m"));
});

test("docs/hosts.md shows each fact of the host that is looked at", () => {
  for (const { check } of examineWeaknesses({ read: () => null, list: () => [] }))
    expect(page).toMatch(new RegExp(`^(?:PASS|WARN) {6}${check} +`, "m"));
});
