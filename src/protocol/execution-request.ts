import { z } from "zod";
import { PRIORITIES } from "../domain/execution.ts";
import {
  DEFAULT_COMPILE_LIMITS,
  DEFAULT_RUN_LIMITS,
  LIMIT_NAMES,
  type Limits,
  MAXIMUM_LIMITS,
} from "../domain/limits.ts";
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

/** What each limit bounds; docs/api.md says the same. */
export const LIMIT_BOUNDS: Readonly<Record<keyof Limits, string>> = {
  cpuMs: "processor time of all processes together",
  wallMs: "time from start to end",
  memoryBytes: "memory, files in `/tmp` and `/box` included",
  outputBytes: "standard output and error together",
  processes: "processes and threads at once",
  diskBytes: "`/box`, `/tmp` and `/dev/shm` together",
  openFiles: "descriptors of a process",
  fileBytes: "the largest file",
};

function limit(name: keyof Limits) {
  const maximum = MAXIMUM_LIMITS[name];
  const what = `a whole number from 1 to ${maximum}`;
  const defaults = `${DEFAULT_RUN_LIMITS[name]} for a program, ${DEFAULT_COMPILE_LIMITS[name]} for a compiler`;
  const description = `Bounds ${LIMIT_BOUNDS[name]}. By default ${defaults}; a language may have its own.`;
  return z.int(needs(what)).min(1, needs(what)).max(maximum, needs(what)).optional().meta({ description });
}

export const limitsSchema = z
  .strictObject(
    Object.fromEntries(LIMIT_NAMES.map((field) => [field, limit(field)])) as Record<
      keyof Limits,
      ReturnType<typeof limit>
    >,
    needs("an object of limits"),
  )
  .meta({ description: "What a run may use. Milliseconds, bytes and counts; what is left out has its default." });

export const fileSchema = z
  .strictObject(
    {
      path: text.meta({
        description:
          "Relative, in normal form: parts separated by `/`, none of them empty, `.` or `..`. At most 1,024 bytes.",
        minLength: 1,
        maxLength: REQUEST_LIMITS.pathBytes,
      }),
      content: text.meta({ description: "At most 1 MiB." }),
      encoding: z
        .enum(["utf8", "base64"], needs(CONSTRAINT.encoding))
        .optional()
        .meta({ description: "How the bytes of the file are written in `content`; `utf8` by default." }),
    },
    needs('an object {"path", "content", "encoding"}'),
  )
  .meta({ description: "A file of the program." });

const SECRET = `${REQUEST_LIMITS.leastSecret} to ${REQUEST_LIMITS.mostSecret} visible ASCII characters`;

export const webhookSchema = z
  .strictObject(
    {
      url: text
        .max(REQUEST_LIMITS.urlCharacters, needs(`a text of at most ${REQUEST_LIMITS.urlCharacters} characters`))
        .meta({
          description: "An https:// address of the public Internet; others only where the server allows it.",
        }),
      secret: z
        .string(needs(SECRET))
        .regex(new RegExp(`^[!-~]{${REQUEST_LIMITS.leastSecret},${REQUEST_LIMITS.mostSecret}}$`), {
          error: `has to be ${SECRET}; it is not repeated here`,
        })
        .meta({
          description: "What the message is signed with: HMAC-SHA256, as Standard Webhooks has it.",
        }),
    },
    needs('an object {"url", "secret"}'),
  )
  .meta({ description: "Whom to tell of the result, once there is one." });

/**
 * The body of `POST /v1/executions`: names, types and ranges. What one field demands of another, and sizes in bytes,
 * are checked after it, in `parseExecutionRequest`.
 */
export const executionRequestSchema = z
  .strictObject(
    {
      language: name.meta({ description: "Id or alias of a language.", examples: ["python"] }),
      version: name.optional().meta({
        description: "A semver range, like `3` or `>=17`; the newest version when absent.",
      }),
      code: text.optional().meta({
        description: "The program, when it is one file; at most 1 MiB. Either this or `files`.",
        minLength: 1,
        maxLength: REQUEST_LIMITS.sourceBytes,
      }),
      files: z.array(fileSchema, needs("an array of files")).optional().meta({
        description: "The program's files, the first is the main one; together at most 16 MiB.",
        minItems: 1,
        maxItems: REQUEST_LIMITS.files,
      }),
      stdin: text.optional().meta({
        description: "Standard input; at most 16 MiB, empty by default.",
        maxLength: REQUEST_LIMITS.stdinBytes,
      }),
      args: texts.optional().meta({
        description: "Arguments of the program; together at most 64 KiB, no NUL character.",
        maxItems: REQUEST_LIMITS.args,
      }),
      env: z.record(z.string(), text, needs("an object of texts")).optional().meta({
        description: "Environment variables; together at most 64 KiB, names of letters, digits and `_`.",
        maxProperties: REQUEST_LIMITS.env,
      }),
      compileArgs: texts.optional().meta({
        description: "Extra arguments of the compiler; only for a language that has one.",
        maxItems: REQUEST_LIMITS.args,
      }),
      limits: limitsSchema.optional(),
      compileLimits: limitsSchema.optional(),
      wait: z.boolean(needs("true or false")).optional().meta({
        description:
          "Whether the answer is to come when the execution is done. Without it `Prefer: respond-async` decides, and then `true`.",
      }),
      priority: z.enum(PRIORITIES, needs('"high", "normal" or "low"')).optional().meta({
        description:
          "`normal` by default. Of twelve jobs, 8 are of high, 3 of normal and 1 of low priority while all wait.",
      }),
      webhook: webhookSchema.optional(),
    },
    needs("a JSON object"),
  )
  .meta({
    description: "A program, its input and its limits.",
    oneOf: [{ required: ["code"] }, { required: ["files"] }],
  });

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
]);
