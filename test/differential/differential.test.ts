import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import type { RunResponse } from "../../src/protocol/execution-response.ts";
import { run } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";
import { ALLOWED, maskAllowed } from "./allowed.ts";
import { listLanguages, listPrograms, readDraws } from "./read-programs.ts";

const LEAST_PROGRAMS = 25;
const DRAWS = 50;
/** What has its seed from a clock is the same twice by chance; what has it from a zygote is so nearly always. */
const MOST_REPEATED = 2;
/** Ample: an interpreter that a busy host boots too slowly is left alone for a minute. */
const WARM_TIMEOUT_MS = 90_000;

let cold: RunningServer;
let warm: RunningServer;
const seen: Set<(typeof ALLOWED)[number]> = new Set();

beforeAll(async () => {
  cold = await startServer({ env: { MILLRACE_WARM: "0" } });
  warm = await startServer({ env: { MILLRACE_WARM: "12" } });
});

afterAll(async () => {
  await cold?.stop();
  await warm?.stop();
});

/** Runs a program until it is one that found its interpreter ready: the others have asked for it. */
function runWarm(request: ExecutionRequest): Promise<RunResponse> {
  const attempt = async () => {
    const result = await run(warm, request);
    return result.warm ? result : null;
  };
  return eventually("a run is warm", attempt, WARM_TIMEOUT_MS);
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

  test.concurrent.for(programs)("$name", async ({ request }, { expect }) => {
    const coldRun = await run(cold, request);
    expect(coldRun.warm).toBe(false);
    expect(told(await runWarm(request))).toEqual(told(coldRun));
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
      const { status, stdout } = await runWarm(request);
      expect(status).toBe("ok");
      runs.push(stdout.trim().split(/\s+/));
    };
    while (runs.length < DRAWS) await Promise.all(Array.from({ length: 5 }, draw));
    const words = runs.flat();
    expect(words.length).toBeGreaterThanOrEqual(4 * DRAWS);
    const repeated = words.filter((word, index) => words.indexOf(word) !== index);
    expect(repeated.length, repeated.join(" ")).toBeLessThanOrEqual(MOST_REPEATED);
  });
});
