import { readFileSync } from "node:fs";
import { z } from "zod";

const submission = z.looseObject({
  language: z.string().optional(),
  source: z.string().optional(),
  files: z.array(z.strictObject({ path: z.string(), text: z.string() })).optional(),
  limits: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
});

const apiCase = z.object({
  id: z.string(),
  what: z.string(),
  request: z.looseObject({ "POST submission": submission.optional() }),
  expect: z.looseObject({ http: z.array(z.int()).optional() }),
});

export type ApiCase = z.infer<typeof apiCase>;

/** Reads `programs/api_cases.json`: hostile requests, with field names of no particular API. */
export function readApiCases(): readonly ApiCase[] {
  const text = readFileSync(new URL("programs/api_cases.json", import.meta.url), "utf8");
  return z.object({ api: z.array(apiCase) }).parse(JSON.parse(text)).api;
}

/** The cases with this number, like `g01`, each with its name in front. */
export function numbered(number: string): [name: string, tested: ApiCase][] {
  const found = readApiCases().filter(({ id }) => id.split("_")[0] === number);
  if (found.length === 0) throw new Error(`There is no case ${number}`);
  return found.map((tested) => [`${tested.id}: ${tested.what}`, tested]);
}

/** What needs something that Millrace does not have yet, by the case's number. */
export const LATER: ReadonlyMap<string, string> = new Map([
  ["g04", "Millrace takes no archives"],
  ["g05", "Millrace takes no archives"],
  ["g31", "interactive runs are not there yet"],
]);
