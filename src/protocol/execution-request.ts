import { z } from "zod";
import { LIMIT_NAMES, type Limits, MAXIMUM_LIMITS } from "../domain/limits.ts";
import { describe } from "./describe.ts";
import { REQUEST_LIMITS } from "./request-limits.ts";

/** Gives a schema its message: what was given and what would be right. */
function needs(what: string): { error: (issue: { readonly input?: unknown }) => string } {
  return {
    error: ({ input }) =>
      input === undefined ? `is missing: it has to be ${what}` : `has to be ${what}, not ${describe(input)}`,
  };
}

const CONSTRAINT = {
  name: `a text of 1 to ${REQUEST_LIMITS.nameCharacters} characters`,
  text: "a text",
  encoding: '"utf8" or "base64"',
} as const;

const name = z
  .string(needs(CONSTRAINT.name))
  .min(1, needs(CONSTRAINT.name))
  .max(REQUEST_LIMITS.nameCharacters, needs(CONSTRAINT.name));

const text = z.string(needs(CONSTRAINT.text));
const texts = z.array(text, needs("an array of texts"));

function limit(maximum: number) {
  const what = `a whole number from 1 to ${maximum}`;
  return z.int(needs(what)).min(1, needs(what)).max(maximum, needs(what)).optional();
}

const limits = z.strictObject(
  Object.fromEntries(LIMIT_NAMES.map((field) => [field, limit(MAXIMUM_LIMITS[field])])) as Record<
    keyof Limits,
    ReturnType<typeof limit>
  >,
  needs("an object of limits"),
);

export const fileSchema = z.strictObject(
  {
    path: text,
    content: text,
    encoding: z.enum(["utf8", "base64"], needs(CONSTRAINT.encoding)).optional(),
  },
  needs('an object {"path", "content", "encoding"}'),
);

/**
 * The body of `POST /v1/executions`: names, types and ranges. What one field demands of another, and sizes in bytes,
 * are checked after it, in `parseExecutionRequest`.
 */
export const executionRequestSchema = z.strictObject(
  {
    /** Id or alias of a language. */
    language: name,
    /** A semver range; the newest version when absent. */
    version: name.optional(),
    /** The program, when it is one file. Either this or `files`. */
    code: text.optional(),
    /** The program's files, the first is the main one. */
    files: z.array(fileSchema, needs("an array of files")).optional(),
    stdin: text.optional(),
    args: texts.optional(),
    env: z.record(z.string(), text, needs("an object of texts")).optional(),
    compileArgs: texts.optional(),
    limits: limits.optional(),
    compileLimits: limits.optional(),
    /** Waiting is all that there is: `false` is refused as not supported yet. */
    wait: z.boolean(needs("true or false")).optional(),
    /** There is one priority: another one is refused as not supported yet. */
    priority: z.enum(["low", "normal", "high"], needs('"normal"')).optional(),
  },
  needs("a JSON object"),
);

/** The same with anything in `files`: for whoever checks each by `fileSchema`, and stops when enough are wrong. */
export const executionFrameSchema = executionRequestSchema.extend({
  files: z.array(z.unknown(), needs("an array of files")).optional(),
});

export type ExecutionRequest = z.infer<typeof executionRequestSchema>;

/** Fields that the API will have, with what they are for. */
export const LATER_FIELDS: ReadonlyMap<string, string> = new Map([
  ["tests", "several inputs with expected outputs"],
  ["stopOnFailure", "ending at the first failing test"],
  ["checker", "comparing outputs"],
  ["interactor", "interactive problems"],
  ["outputs", "files that the program wrote"],
  ["webhook", "calling back with the result"],
]);
