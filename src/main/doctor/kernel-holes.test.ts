import { expect, test } from "vitest";
import { holesOf, type KernelVersion, kernelVersionOf } from "./kernel-holes.ts";

const cvesOf = (...version: KernelVersion) => holesOf(version).map(({ cve }) => cve);

test("a line has a hole until the version that mended it", () => {
  expect(cvesOf(6, 18, 21)).toContain("CVE-2026-31431");
  expect(cvesOf(6, 18, 22)).not.toContain("CVE-2026-31431");
  expect(cvesOf(6, 18, 29)).toEqual([]);
  expect(cvesOf(6, 1, 192)).toEqual([]);
});

test("a line that was never mended has it until the line after which all are", () => {
  expect(cvesOf(5, 9, 16)).toContain("CVE-2022-0847");
  expect(cvesOf(6, 17, 99)).toContain("CVE-2026-31431");
  expect(cvesOf(6, 20, 0)).not.toContain("CVE-2026-31431");
});

test("what came later is not in an older kernel", () => {
  expect(cvesOf(5, 7, 0)).not.toContain("CVE-2022-0847");
  expect(cvesOf(4, 10, 0)).toEqual(["CVE-2024-1086"]);
});

test.each<[string, string, KernelVersion | null]>([
  ["of kernel.org", "Linux version 6.18.44 (builder@host) (gcc) #1 SMP", [6, 18, 44]],
  ["without a patch level", "Linux version 7.0-rc3 (a@b)", [7, 0, 0]],
  ["of Debian", "Linux version 6.1.0-45-amd64 (debian) #1 SMP Debian 6.1.170-1 (2026-05-01)", [6, 1, 170]],
  ["of nobody", "something else", null],
])("the version of a kernel %s", (_whose, banner, version) => {
  expect(kernelVersionOf(banner)).toEqual(version);
});
