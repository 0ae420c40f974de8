import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { examinePower, examineProc } from "./examine-container.ts";

const statusWith = (permitted: string) =>
  `Name:\tnode\nUid:\t0\t0\t0\t0\nCapPrm:\t${permitted}\nCapEff:\t${permitted}\n`;

test("root of a host has all that it takes", () => {
  expect(examinePower(statusWith("000001ffffffffff"))).toMatchObject({ check: "root", verdict: "pass" });
});

test("root of a container lacks two capabilities, and is told how to get them", () => {
  expect(examinePower(statusWith("00000000a80425fb"))).toMatchObject({
    verdict: "fail",
    reason: expect.stringContaining("What is missing: SYS_PTRACE, SYS_ADMIN."),
    remedy: "docker run --cap-add SYS_PTRACE --cap-add SYS_ADMIN …",
  });
});

test("what is asked for is what the launcher keeps", () => {
  const source = readFileSync(new URL("../../../native/launcher.c", import.meta.url), "utf8");
  const table = /KEPT\[\] = \{(.*?)\};/s.exec(source)?.[1] ?? "";
  const kept = Array.from(table.matchAll(/CAP_([A-Z_]+)/g), ([, name]) => name);
  const { reason } = examinePower(statusWith("0000000000000000"));
  expect(/missing: (.*)\.$/.exec(reason)?.[1]?.split(", ").toSorted()).toEqual(kept.toSorted());
});

const mountOf = (...points: readonly string[]) =>
  points.map((point) => `31 24 0:27 / ${point} rw - proc proc rw\n`).join("");

test("a /proc of which nothing is hidden can be had once more", () => {
  expect(examineProc(mountOf("/", "/proc", "/proc/sys/fs/binfmt_misc", "/sys")).verdict).toBe("pass");
});

test("a /proc with hidden parts cannot, and what shows them is named", () => {
  expect(examineProc(mountOf("/proc", "/proc/kcore", "/proc/sys"))).toMatchObject({
    verdict: "fail",
    reason: expect.stringContaining("(/proc/kcore, /proc/sys)"),
    remedy: "docker run --security-opt systempaths=unconfined …",
  });
});
