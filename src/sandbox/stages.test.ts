import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { expect, it } from "vitest";
import { errnoName, launcherError, STAGES, signalName } from "./stages.ts";

it("names the stages as the launcher does", () => {
  const header = readFileSync(new URL("../../native/stages.h", import.meta.url), "utf8");
  const names = Array.from(header.matchAll(/^ *STAGE\([A-Z_]+, "([a-z_]+)"\)/gm), ([, name]) => name);
  expect(STAGES).toEqual(names);
});

it("names the step and the errno of a failure", () => {
  const stage = STAGES.indexOf("mask") + 1;
  const error = launcherError({ stage, errno: constants.errno.EPERM, index: 3, detail: "" });
  expect(error).toMatchObject({ message: "mask(3): EPERM", stage: "mask", errno: "EPERM" });
  expect(launcherError({ stage: 200, errno: 117, index: 0, detail: "x" }).message).toBe("stage 200(0): errno 117, x");
});

it("names errnos and signals", () => {
  expect([11, 13, 28].map(errnoName)).toEqual(["EAGAIN", "EACCES", "ENOSPC"]);
  expect([6, 9, 11, 31, 40].map(signalName)).toEqual(["SIGABRT", "SIGKILL", "SIGSEGV", "SIGSYS", "SIG40"]);
});
