import { availableParallelism } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Limits } from "../../src/domain/limits.ts";
import type { ExecutionResponse, RunResponse } from "../../src/protocol/execution-response.ts";
import { execute } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { CATALOGUE, type Case, type Try } from "./catalogue.ts";
import {
  type Difference,
  listFolders,
  listPrograms,
  type Program,
  readFacts,
  readLanguages,
  readProgram,
  type TestedLanguage,
} from "./read-programs.ts";

/** No program needs less: the smallest one has its stack and its libraries. */
const LEAST_MEMORY_BYTES = 64 * 1024;

/** Ample, for a host that does other things too: what a case says of time is its own. */
const AMPLE_WALL_MS = 30_000;
const AMPLE_COMPILE_WALL_MS = 60_000;

const LANGUAGES = readLanguages();
const CASES = new Set(CATALOGUE.map(({ name }) => name));

/** What the server says of a language. */
interface ServedLanguage {
  readonly id: string;
  readonly available: boolean;
  readonly install: string | null;
  readonly limits: Limits;
  readonly compileLimits: Limits | null;
}

let server: RunningServer;
let served: ReadonlyMap<string, ServedLanguage>;

beforeAll(async () => {
  // What an earlier run of this suite compiled shows nothing.
  server = await startServer({ env: { MILLRACE_COMPILE_CACHE: "0" } });
  const { languages } = (await (await fetch(`${server.url}/v1/languages`)).json()) as { languages: ServedLanguage[] };
  served = new Map(languages.map((language) => [language.id, language]));
});

afterAll(() => server.stop());

test("every language has a folder of programs, and every folder is a language's", () => {
  expect(listFolders()).toEqual(LANGUAGES.map(({ id }) => id));
});

describe.concurrent.each(LANGUAGES.map((language) => [language.id, language] as const))("%s", (id, language) => {
  const { notApplicable, differs } = readFacts(id);

  test("every program and every fact belongs to a case", () => {
    const named = [...listPrograms(id), ...Object.keys(notApplicable)];
    expect(named.toSorted()).toEqual([...CASES].sort());
    expect(Object.keys(differs).filter((name) => !CASES.has(name))).toEqual([]);
  });

  test.for(CATALOGUE.filter(({ name }) => notApplicable[name] === undefined))("$name", async (tested, context) => {
    const { available, install } = find(language);
    if (!available) context.skip(`${language.name} is not installed here: ${install}`);
    await conforms(readProgram(language, tested.name), tested, differs[tested.name]);
  });
});

function find({ id }: TestedLanguage): ServedLanguage {
  const language = served.get(id);
  if (language === undefined) throw new Error(`The server knows no language ${id}`);
  return language;
}

/** All tries at once: they share one run of the compiler. */
async function conforms(program: Program, { tries }: Case, difference: Difference | undefined): Promise<void> {
  await Promise.all(tries.map((one) => conformsOnce(program, one, difference)));
}

async function conformsOnce(program: Program, one: Try, difference: Difference | undefined): Promise<void> {
  const { language } = program;
  const limits = { wallMs: AMPLE_WALL_MS, ...one.send?.limits };
  const compileLimits = { wallMs: AMPLE_COMPILE_WALL_MS };
  const request = { ...program.source, ...one.send, limits, compileLimits, language: language.id };
  const send = () => execute(server, request);
  const [result, next] = await Promise.all([send(), one.differsNextTime ? send() : null]);
  expect(result, one.name).toMatchObject(difference ? expectedInstead(difference) : expectedOf(one, program));
  expectSane(result, find(language));
  if (next === null) return;
  expect(next.status).toBe(result.status);
  expect(next.run?.stdout).not.toBe(result.run?.stdout);
}

function expectedOf({ get }: Try, program: Program) {
  return typeof get === "function" ? get(program) : get;
}

function expectedInstead({ why: _why, status, stderr, ...ended }: Difference) {
  return { status, run: { status, ...ended, ...(stderr && { stderr: expect.stringMatching(stderr) }) } };
}

/** What is true of every answer, however the program ended. */
function expectSane(result: ExecutionResponse, { compileLimits, limits }: ServedLanguage): void {
  expect(result.compile === null).toBe(compileLimits === null);
  if (compileLimits !== null && result.compile !== null) expectSaneRun(result.compile, compileLimits);
  if (result.run !== null) expectSaneRun(result.run, limits);
  expect(result.totalMs).toBeGreaterThan(result.run?.wallMs ?? 0);
}

function expectSaneRun(run: RunResponse, { memoryBytes }: Limits): void {
  expect(run.wallMs).toBeGreaterThan(0);
  expect(run.cpuMs).toBeGreaterThan(0);
  expect(run.cpuMs).toBeLessThan((run.wallMs + 20) * availableParallelism());
  expect(run.memoryBytes).toBeGreaterThan(LEAST_MEMORY_BYTES);
  expect(run.memoryBytes).toBeLessThanOrEqual(memoryBytes);
  expect(run.message === null).toBe(run.status === "ok");
  expect(run.exitCode === null).toBe(run.signal !== null);
}
