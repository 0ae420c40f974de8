import { afterAll, beforeAll, expect, test } from "vitest";
import { runPython } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";
import { type Canaries, startCanaries } from "./canaries.ts";
import { evaluate } from "./evaluate.ts";
import { observe } from "./observe.ts";
import { readMainFiles } from "./submit.ts";
import { type HostileCase, readSuite } from "./suite.ts";

// Hostile programs in processes that a zygote gave birth to before them. What is left on the host is looked at where they start
// cold, in hostile-programs.test.ts.

const suite = readSuite();
const LANGUAGE = "python";
const LEAST_CASES = 30;
/** Ample: an interpreter that a busy host boots too slowly is left alone for a minute. */
const WARM_TIMEOUT_MS = 90_000;

let canaries: Canaries;
let server: RunningServer;
let mainFiles: ReadonlyMap<string, string | null>;

beforeAll(async () => {
  canaries = await startCanaries();
  server = await startServer({ slots: 2, env: suite.canary.worker_env });
  mainFiles = await readMainFiles(server.url);
});

afterAll(async () => {
  await server?.stop();
  await canaries?.check().finally(canaries.stop);
});

/** An interpreter that is booted ahead is so under the usual limits. */
function canBeWarm({ language, limits, upload_as: name, sequence, parallel }: HostileCase): boolean {
  const { memory_mb, pids, nofile, fsize_mb } = suite.defaults.limits;
  return (
    language === LANGUAGE &&
    name === undefined &&
    sequence === undefined &&
    parallel === undefined &&
    limits.memory_mb === memory_mb &&
    limits.pids === pids &&
    limits.nofile === nofile &&
    limits.fsize_mb === fsize_mb
  );
}

async function isReady(): Promise<boolean> {
  return (await runPython(server, "print('hello')")).warm;
}

const cases = suite.cases.filter(canBeWarm).map((tested) => [`${tested.id}: ${tested.what}`, tested] as const);

test("there are many", () => {
  expect(cases.length).toBeGreaterThanOrEqual(LEAST_CASES);
});

test.for(cases)("%s", async ([, tested]) => {
  const observations = await eventually(
    "an interpreter was ready for each run",
    async () => {
      if (!(await isReady())) return null;
      const seen = await observe(suite, { ...tested, repeat: 1 }, { server, lanes: 0, mainFiles });
      return seen.every(({ isWarm }) => isWarm) && seen;
    },
    WARM_TIMEOUT_MS,
  );
  expect(evaluate(suite, tested, observations)).toEqual([]);
});
