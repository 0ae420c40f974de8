import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { isUnified } from "../support/control-groups.ts";
import { findOrdinaryUser } from "./ordinary-user.ts";
import { readBlocks, readTrials, trialsOf } from "./page.ts";

// What docs/hosts.md shows of hosts with version 2; page.test.ts and the doctor's own tests compare the rest.

const isArm64 = process.arch === "arm64";
const user = findOrdinaryUser();
const section = ["Version 2", user === null ? "root" : "an ordinary user", ...(isArm64 ? ["arm64"] : [])];

test("the doctor says of boxes what docs/hosts.md shows of such a host", async (context) => {
  if (!isUnified) return context.skip("cgroup version 2 is not here; in a virtual machine: npm run test:hosts");
  if (isArm64 && user !== null) return context.skip("docs/hosts.md shows no doctor of such a host");
  const shown = readBlocks().find((block) => block.section === section.join(", "));
  if (shown === undefined) throw new Error(`docs/hosts.md has no "${section.join(", ")}"`);
  const [program = "", ...args] = [...(user?.inside ?? []), process.execPath, "src/cli/millrace.ts", "doctor"];
  const doctor = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...user?.env } });
  const said = await readTrials(doctor);
  expect(said).toEqual(expect.arrayContaining(trialsOf(shown)));
});
