import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const SEED = process.env["MILLRACE_TEST_SEED"] ?? "20260101";
const ROUNDS = process.env["MILLRACE_TEST_LONG"] === "1" ? "5000000" : "200000";

test("gcc's static analyzer finds nothing in the launcher", async () => {
  const { stderr } = await run("make", ["-C", "native", "--silent", "analyze"]);
  expect(stderr).toBe("");
}, 300_000);

test(`damaged plans never confuse the parser, under the sanitizers (seed ${SEED})`, async () => {
  await run("make", ["-C", "native", "--silent", "fuzz"]);
  const { stdout } = await run("native/build/fuzz/parser", [SEED, ROUNDS], { timeout: 300_000 });
  expect(stdout).toBe(`${ROUNDS} inputs\n`);
}, 300_000);
