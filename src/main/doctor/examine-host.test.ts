import { expect, test } from "vitest";
import { examineMemory, examineRoot, examineSystem } from "./examine-host.ts";

test("boxes are Linux's, and there are filters for two kinds of processor", () => {
  expect(examineSystem("linux", "x64").verdict).toBe("pass");
  expect(examineSystem("linux", "arm64").verdict).toBe("pass");
  expect(examineSystem("linux", "riscv64")).toMatchObject({
    verdict: "fail",
    reason: "This is linux on riscv64; boxes need Linux on x64 or arm64.",
  });
  expect(examineSystem("darwin", "x64")).toMatchObject({ verdict: "fail", reason: expect.stringContaining("darwin") });
});

test.each<[string, string, string, string]>([
  ["root", "0\t0\t0\t0", "000001ffffffffff", "pass"],
  ["someone else", "1000\t1000\t1000\t1000", "000001ffffffffff", "fail"],
  ["root of a container", "0\t0\t0\t0", "00000000a80425fb", "fail"],
])("%s", (_who, uids, capabilities, verdict) => {
  expect(examineRoot(`Name:\tnode\nUid:\t${uids}\nCapPrm:\t${capabilities}\n`).verdict).toBe(verdict);
});

test("memory has to go round for all slots", () => {
  const GIB = 1024 ** 3;
  expect(examineMemory({ slots: 4, boxBytes: GIB }).verdict).toBe("pass");
  expect(examineMemory({ slots: 5, boxBytes: GIB })).toMatchObject({
    verdict: "degraded",
    remedy: "millrace serve --slots 4",
  });
  expect(examineMemory({ slots: 1, boxBytes: 1 })).toMatchObject({ remedy: "millrace serve --slots 1" });
});
