import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import type { ExecutionResponse, RunResponse } from "../../src/protocol/execution-response.ts";
import { execute } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";
import { ALLOWED, maskAllowed } from "./allowed.ts";
import { isCompiled, listLanguages, listPrograms, readDraws } from "./read-programs.ts";

const LEAST_PROGRAMS = 25;
const DRAWS = 50;
/** What has its seed from a clock is the same twice by chance; what has it from a zygote is so nearly always. */
const MOST_REPEATED = 2;
/** Ample: an interpreter that a busy host boots too slowly is left alone for a minute. */
const WARM_TIMEOUT_MS = 90_000;
/** Who runs cold again at once takes the processor from what boots for the next one. */
const PAUSE_MS = 200;

/** Languages whose programs may start warm, and whose compilers are not booted ahead. */
const COLD_COMPILERS = ["typescript"];

let cold: RunningServer;
let warm: RunningServer;
/** Warm as well, and keeps what it has compiled. */
let keeping: RunningServer;
const seen: Set<(typeof ALLOWED)[number]> = new Set();

beforeAll(async () => {
  // Each time a program is compiled anew, cold or warm.
  cold = await startServer({ env: { MILLRACE_WARM: "0", MILLRACE_COMPILE_CACHE: "0" } });
  warm = await startServer({ env: { MILLRACE_WARM: "12", MILLRACE_COMPILE_CACHE: "0" } });
  keeping = await startServer({ env: { MILLRACE_WARM: "12" } });
});

afterAll(async () => {
  await cold?.stop();
  await warm?.stop();
  await keeping?.stop();
});

/** The compile run, where there is one, and the program's, where it compiles. */
function runsOf({ compile, run }: Pick<ExecutionResponse, "compile" | "run">): RunResponse[] {
  return [compile, run].filter((result) => result !== null);
}

/** Executes a program until all of it found a process that was ready: the others have asked for it. */
function executeWarm(server: RunningServer, request: ExecutionRequest): Promise<ExecutionResponse> {
  const attempt = async () => {
    const result = await execute(server, request);
    const { compile, run } = result;
    const runs = runsOf({ compile: COLD_COMPILERS.includes(request.language) ? null : compile, run });
    if (runs.every((one) => one.warm || one.cached)) return result;
    await delay(PAUSE_MS);
    return null;
  };
  return eventually("all runs of an execution are warm", attempt, WARM_TIMEOUT_MS);
}

/** What a client can tell of how a run went. */
function told({ status, exitCode, signal, message, ...result }: RunResponse) {
  const text = (stream: "stdout" | "stderr") => {
    const bytes = Buffer.from(result[stream], result[`${stream}Encoding`]);
    return maskAllowed(bytes.toString(result[`${stream}Encoding`] === "utf8" ? "utf8" : "latin1"), seen);
  };
  const { stdoutTruncated, stderrTruncated } = result;
  return {
    status,
    exitCode,
    signal,
    message,
    stdout: text("stdout"),
    stderr: text("stderr"),
    stdoutTruncated,
    stderrTruncated,
  };
}

describe.each(listLanguages())("%s: cold and warm a program does the same", (language) => {
  const programs = listPrograms(language);

  test("there are enough programs", () => {
    expect(programs.filter(({ name }) => !name.startsWith("conformance")).length).toBeGreaterThanOrEqual(
      LEAST_PROGRAMS,
    );
  });

  // What boots ahead for compile runs takes half a second of a processor each time: one after the other.
  const all = isCompiled(language) ? test.for(programs) : test.concurrent.for(programs);

  all("$name", async ({ request }, { expect }) => {
    const coldRuns = runsOf(await execute(cold, request));
    expect(coldRuns.some((run) => run.warm)).toBe(false);
    expect(runsOf(await executeWarm(warm, request)).map(told)).toEqual(coldRuns.map(told));
  });
});

test("every difference that is allowed is there: the list names no other", () => {
  expect(ALLOWED.filter((allowed) => !seen.has(allowed)).map(({ what }) => what)).toEqual([]);
});

describe.each(listLanguages())("%s: what is random is so in every warm run", (language) => {
  test(`${DRAWS} times`, async () => {
    const request = readDraws(language);
    const runs: string[][] = [];
    const draw = async () => {
      const { status, run } = await executeWarm(keeping, request);
      expect(status).toBe("ok");
      runs.push(run?.stdout.trim().split(/\s+/) ?? []);
    };
    while (runs.length < DRAWS) await Promise.all(Array.from({ length: 5 }, draw));
    const words = runs.flat();
    expect(words.length).toBeGreaterThanOrEqual(4 * DRAWS);
    const repeated = words.filter((word, index) => words.indexOf(word) !== index);
    expect(repeated.length, repeated.join(" ")).toBeLessThanOrEqual(MOST_REPEATED);
  });
});
