import { realpathSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fakeWarmStart } from "../../src/sandbox/warm-start.test-support.ts";
import { countDescriptors } from "../support/processes.ts";
import { createRandom } from "../support/random.ts";
import { type RawLauncher, startRawLauncher } from "../support/raw-launcher.ts";
import { until } from "../support/until.ts";
import { playSession } from "./session.ts";

// A worker that says nothing wrong, at random: the launcher, under the sanitizers, answers as native/PROTOCOL.md says,
// refuses nothing, never dies and keeps nothing of a connection that is gone.

const SEED = Number(process.env["MILLRACE_TEST_SEED"] ?? 20_260_101);
const SECONDS = process.env["MILLRACE_TEST_LONG"] === "1" ? 600 : 10;

/** What has to be seen again and again, or the sessions have lost their way. */
const COMMON = ["failed", "credit", "stdout", "exited", "entry", "listed", "content", "readEnd", "destroyed"];
/** On a busy machine it takes a while longer until all of it was there. */
const EXTRA_MS = 60_000;

const PYTHON = fakeWarmStart({
  id: "python",
  way: "fork",
  executable: realpathSync("/usr/bin/python3"),
  argv: ["python3", "main.py"],
  env: { PATH: "/usr/bin:/bin" },
  mainFile: "/box/main.py",
});

let launcher: RawLauncher;

beforeAll(async () => {
  launcher = await startRawLauncher({ warmStarts: [PYTHON] });
});

afterAll(() => launcher.stop());

test(
  `right requests in any order for ${SECONDS} s (MILLRACE_TEST_SEED=${SEED} repeats it)`,
  async () => {
    const pid = launcher.pid();
    const before = countDescriptors(pid);
    const deadline = performance.now() + SECONDS * 1_000;
    const seen = new Map<string, number>();
    const note = (what: string) => void seen.set(what, (seen.get(what) ?? 0) + 1);
    const missing = () => COMMON.filter((kind) => !seen.has(kind));
    const goesOn = () => performance.now() < deadline + (missing().length > 0 ? EXTRA_MS : 0);
    let sessions = 0;
    for (let seed = SEED; goesOn(); seed++, sessions++) {
      const connection = launcher.open();
      try {
        await playSession({ random: createRandom(seed), connection, plan: launcher.plan, zygotes: 1, note });
      } catch (error) {
        throw new Error(
          `Session ${sessions}, MILLRACE_TEST_SEED=${seed}: ${(error as Error).message}\n${launcher.said()}`,
          {
            cause: error,
          },
        );
      } finally {
        connection.close();
        await connection.refused;
      }
      expect(launcher.pid()).toBe(pid);
    }
    expect(launcher.said()).not.toMatch(/Sanitizer|runtime error/);
    const kept = () => (countDescriptors(pid) <= before ? [] : [`${countDescriptors(pid)}, before ${before}`]);
    expect(await until(kept), "descriptors when nobody is connected").toEqual([]);
    console.log(`${sessions} sessions: ${JSON.stringify(Object.fromEntries([...seen].sort()))}`);
    expect(missing()).toEqual([]);
  },
  SECONDS * 1_000 + EXTRA_MS + 60_000,
);
