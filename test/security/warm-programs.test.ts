import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LanguageEntry, languagesResponseSchema } from "../../src/protocol/languages-response.ts";
import { execute } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";
import { type Canaries, startCanaries } from "./canaries.ts";
import { evaluate } from "./evaluate.ts";
import { observe } from "./observe.ts";
import { type HostileCase, readSuite } from "./suite.ts";

// Hostile programs in processes that were booted before them: born of a zygote, or stopped at their gate. What is left on the
// host is looked at where they start cold, in hostile-programs.test.ts.

const suite = readSuite();
/** What each language has at least, of those that this host has: so that no case is left out unnoticed. */
const LEAST_CASES: Readonly<Record<string, number>> = {
  python: 40,
  javascript: 6,
  java: 6,
  bash: 1,
  ruby: 1,
  perl: 1,
  php: 1,
  lua: 1,
  typescript: 1,
};
/** Ample: an interpreter that a busy host boots too slowly is left alone for a minute. */
const WARM_TIMEOUT_MS = 90_000;
/** With the time that a case waits for its turn. */
const TEST_TIMEOUT_MS = 300_000;
const MIB = 1024 * 1024;

/** Those whose compiler is booted ahead as well. */
const WARM_COMPILERS: ReadonlySet<string> = new Set(["java"]);

/** Every compiler has something to compile, and there is room for a process of each language. */
const SETTINGS = { MILLRACE_COMPILE_CACHE: "0", MILLRACE_WARM: "12" };

let canaries: Canaries;
let server: RunningServer;
/** The last case of each line: the next one begins when it has ended. */
const lastOf = new Map<string, Promise<unknown>>();

beforeAll(async () => {
  canaries = await startCanaries();
  server = await startServer({ slots: 2, env: { ...suite.canary.worker_env, ...SETTINGS } });
});

afterAll(async () => {
  await server?.stop();
  await canaries?.check().finally(canaries.stop);
});

async function findLanguage(id: string): Promise<LanguageEntry | undefined> {
  const answer = await fetch(`${server.url}/v1/languages`);
  return languagesResponseSchema.parse(await answer.json()).languages.find((language) => language.id === id);
}

const cases = suite.cases.filter(({ language, sequence, parallel }) => {
  return language in LEAST_CASES && sequence === undefined && parallel === undefined;
});

/** An interpreter is booted ahead under the usual limits of its language: what the case has of those gives way. */
function underUsualLimits(tested: HostileCase, { limits }: LanguageEntry): HostileCase {
  const usual = {
    memory_mb: limits.memoryBytes / MIB,
    pids: limits.processes,
    nofile: limits.openFiles,
    fsize_mb: limits.fileBytes / MIB,
  };
  return { ...tested, repeat: 1, limits: { ...tested.limits, ...usual } };
}

/** An empty pool is filled once somebody asks for the language. */
async function standsReady(id: string): Promise<boolean> {
  const language = await findLanguage(id);
  if (language === undefined || language.warmProcesses > 0) return true;
  await execute(server, { language: id, code: language.hello });
  return false;
}

/** Runs the case until each of its runs was warm; what a cold one came to is not looked at. */
async function judge(tested: HostileCase, { id, mainFile }: LanguageEntry): Promise<string[]> {
  const stage = { server, lanes: 0, mainFiles: new Map([[id, mainFile]]) };
  const observations = await eventually(
    "an interpreter was ready for each run",
    async () => {
      if (!(await standsReady(id))) return null;
      const seen = await observe(suite, tested, stage);
      const areCompiledWarm = !WARM_COMPILERS.has(id) || seen.every(({ isCompiledWarm }) => isCompiledWarm);
      return areCompiledWarm && seen.every(({ isWarm }) => isWarm) && seen;
    },
    WARM_TIMEOUT_MS,
  );
  return evaluate(suite, tested, observations);
}

/** Two at once, one of them in Python, of which there are most: many only wait, and processes boot while a slot is free. */
function inLine<Value>(language: string, act: () => Promise<Value>): Promise<Value> {
  const line = language === "python" ? "python" : "others";
  const done = (lastOf.get(line) ?? Promise.resolve()).then(act, act);
  lastOf.set(line, done);
  return done;
}

test.for(Object.entries(LEAST_CASES))("of %s there are at least %i", ([language, least]) => {
  expect(cases.filter((tested) => tested.language === language).length).toBeGreaterThanOrEqual(least);
});

describe.concurrent("warm hostile programs", () => {
  test.for(cases.map((tested) => [`${tested.id}: ${tested.what}`, tested] as const))(
    "%s",
    { timeout: TEST_TIMEOUT_MS },
    async ([, tested], context) => {
      const language = await findLanguage(tested.language);
      if (language?.available !== true)
        return context.skip(`this host has no ${tested.language}: see GET /v1/languages`);
      context.expect(language.warm).toBe(true);
      const faults = inLine(language.id, () => judge(underUsualLimits(tested, language), language));
      context.expect(await faults).toEqual([]);
    },
  );
});
