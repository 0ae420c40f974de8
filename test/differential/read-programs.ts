import { readdirSync } from "node:fs";
import { join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import { CATALOGUE, type Try } from "../conformance/catalogue.ts";
import { readLanguages, readProgram } from "../conformance/read-programs.ts";
import { readSource } from "../support/read-source.ts";

/** A program that is run cold and warm. */
export interface Program {
  readonly name: string;
  readonly request: ExecutionRequest;
}

const PROGRAMS = fileURLToPath(new URL("programs", import.meta.url));
const DRAWS = fileURLToPath(new URL("draws", import.meta.url));

/** Every program of this folder finds it at its standard input: lines, a NUL, no newline at the end. */
const STDIN = "first line\nsecond line é ✓\n\n\0zero\tbyte\r\nlast";

/** Limits that an interpreter knows nothing of when it boots: ample ones, for a host that does other things too. */
const AMPLE_TIME = { cpuMs: 10_000, wallMs: 30_000 };
const AMPLE_COMPILE_TIME = { wallMs: 60_000 };

/** Cases of the conformance suite that print something else each time: Node, when it runs out of memory, how long its collector took. */
const NEVER_THE_SAME = ["local-time", "random", "takes-memory"];
/** Cases that take long on purpose: for long test runs. */
const LONG = ["holds-memory", "recurses-forever", "loops-forever", "floods-output", "sleeps"];
const LONG_STDIN = 100_000;
const isLongRun = process.env["MILLRACE_TEST_LONG"] === "1";

/** The languages that there are programs for. */
export function listLanguages(): string[] {
  return readdirSync(PROGRAMS).sort();
}

export function isCompiled(id: string): boolean {
  return languageOf(id).isCompiled;
}

/** The programs that look for differences, and those of the conformance suite that can start warm. */
export function listPrograms(language: string): Program[] {
  const own = readdirSync(join(PROGRAMS, language)).map((entry) => {
    const source = readSource(join(PROGRAMS, language, entry));
    const request = { ...source, language, stdin: STDIN, limits: AMPLE_TIME, compileLimits: AMPLE_COMPILE_TIME };
    return { name: parse(entry).name, request };
  });
  return [...own, ...listConformancePrograms(language)];
}

/** A program that prints random things: none of its words is ever the same again. */
export function readDraws(language: string): ExecutionRequest {
  const [file = ""] = readdirSync(DRAWS).filter((entry) => parse(entry).name === language);
  return { ...readSource(join(DRAWS, file)), language };
}

function listConformancePrograms(id: string): Program[] {
  const language = languageOf(id);
  return CATALOGUE.flatMap(({ name, tries }) => {
    const { source } = readProgram(language, name);
    // Another name of the main file is another command.
    if (NEVER_THE_SAME.includes(name) || (source.files ?? []).some(({ path }) => path === "main.mjs")) return [];
    return tries
      .filter((one) => canBeWarm(one) && (isLongRun || !isLong(name, one)))
      .map(({ name: tried = "", send = {} }) => {
        const limits = { limits: { ...AMPLE_TIME, ...send.limits }, compileLimits: AMPLE_COMPILE_TIME };
        const request = { ...source, ...send, ...limits, language: id };
        return { name: `conformance: ${name} ${tried}`.trim(), request };
      });
  });
}

function languageOf(id: string) {
  const language = readLanguages().find((language) => language.id === id);
  if (language === undefined) throw new Error(`${id} is no language`);
  return language;
}

function canBeWarm({ send = {} }: Try): boolean {
  return send.args === undefined && send.env === undefined;
}

function isLong(name: string, { send = {} }: Try): boolean {
  return LONG.includes(name) || (send.stdin?.length ?? 0) > LONG_STDIN;
}
