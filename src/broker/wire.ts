import { z } from "zod";
import type { Execution, ExecutionResult, Submitter } from "../domain/execution.ts";
import { PRIORITIES } from "../domain/execution.ts";
import type { ExecutionState } from "../domain/execution-state.ts";
import type { ExecutionId, NodeId } from "../domain/ids.ts";
import { ISOLATIONS } from "../domain/node.ts";
import { STATUSES } from "../domain/outcome.ts";
import type { Requirement } from "../domain/requirement.ts";

/**
 * What messages are made of, each both ways: `z.encode` makes JSON of a value, `z.decode` a value of JSON. Fields that a
 * newer version has added are passed over; docs/queue-protocol.md says when the version number has to change.
 */

/** Bytes are base64 in JSON. */
const bytes = z.codec(
  z.base64(),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  {
    decode: (text) => Buffer.from(text, "base64"),
    encode: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64"),
  },
);

export const executionIdSchema = z.custom<ExecutionId>(
  (value) => typeof value === "string" && /^exe_[0-9a-f]{32}$/.test(value),
);
export const nodeIdSchema = z.custom<NodeId>((value) => typeof value === "string" && /^node_[0-9a-f]{32}$/.test(value));

/** Letters, digits and little else on both sides of the `@`. */
const requirement = z.custom<Requirement>(
  (value) => typeof value === "string" && /^[a-z][a-z0-9-]{0,63}@[0-9A-Za-z.+-]{1,64}$/.test(value),
);

const count = z.int().min(0);
const milliseconds = z.number().min(0);

const limits = z.object({
  cpuMs: count,
  wallMs: count,
  memoryBytes: count,
  outputBytes: count,
  processes: count,
  diskBytes: count,
  openFiles: count,
  fileBytes: count,
});

const execution = z.object({
  id: executionIdSchema,
  language: z.string(),
  version: z.string(),
  files: z.array(z.object({ path: z.string(), content: bytes })).min(1),
  stdin: bytes,
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  compileArgs: z.array(z.string()),
  limits,
  compileLimits: limits,
  priority: z.enum(PRIORITIES),
}) satisfies z.ZodType<Execution>;

const submitter = z.object({
  client: z.string().nullable(),
  address: z.string().nullable(),
}) satisfies z.ZodType<Submitter>;

/** An execution as it is queued and, until it has its result, kept. */
export const jobSchema = z.object({
  execution,
  requires: z.array(requirement).min(1),
  submitter,
  acceptedAtMs: milliseconds,
  isKept: z.boolean().default(true),
  traceparent: z.string().optional(),
});

const exit = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("code"), code: z.int() }),
  z.object({ kind: z.literal("signal"), signal: z.string() }),
]);

const run = z.object({
  status: z.enum(STATUSES),
  exit: exit.nullable(),
  stdout: bytes,
  stderr: bytes,
  stdoutTruncated: z.boolean(),
  stderrTruncated: z.boolean(),
  cpuMs: milliseconds,
  wallMs: milliseconds,
  memoryBytes: milliseconds,
  cached: z.boolean(),
  warm: z.boolean(),
  message: z.string().nullable(),
});

const resultSchema = z.object({
  id: executionIdSchema,
  status: z.enum(STATUSES),
  language: z.string(),
  version: z.string(),
  compile: run.nullable(),
  run: run.nullable(),
  queuedMs: z.number(),
  totalMs: z.number(),
  node: nodeIdSchema.nullable(),
  isolation: z.enum(ISOLATIONS).nullable(),
}) satisfies z.ZodType<ExecutionResult>;

const state = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("queued"), starts: count }),
  z.object({ kind: z.literal("running"), attempt: count, node: nodeIdSchema, isCancelled: z.boolean() }),
  z.object({ kind: z.literal("done"), result: resultSchema }),
]) satisfies z.ZodType<ExecutionState>;

/** Where an execution stands, as all processes see it. */
export const recordSchema = z.object({
  language: z.string(),
  version: z.string(),
  submitter,
  acceptedAtMs: milliseconds,
  /** Whether clients may ask for it: false for one whose client waits. */
  isKept: z.boolean(),
  state,
});

/** What a job is made of, as long as it has no result. */
export const acceptedSchema = z.object({ execution, submitter, acceptedAtMs: milliseconds });

/** What a job requires, for all jobs of a class. */
export const classSchema = z.object({ requires: z.array(requirement).min(1) });

/** What an idempotency key was used for. */
export const claimSchema = z.object({ id: executionIdSchema, fingerprint: z.string() });

/** How far a log of events was read. */
const readUpTo = z.object({ key: z.string().regex(/^[0-9a-f]{1,16}$/), entry: count, byte: count });

const event = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("queued") }),
  z.object({ kind: z.literal("started"), node: nodeIdSchema }),
  z.object({ kind: z.literal("compile"), result: run }),
  z.object({ kind: z.enum(["stdout", "stderr"]), bytes }),
]);

/** What has happened to an execution after that? Whoever has nothing to say waits for so long. */
export const nextEventSchema = z.object({ id: executionIdSchema, after: readUpTo, waitMs: count });

/** The answer; `isOpen` where more may come. */
export const toldSchema = z.object({
  told: z.object({ event, upTo: readUpTo }).nullable(),
  isOpen: z.boolean(),
});

/** Who is to be told of an execution, and when next: null until it has ended. */
export const webhookSchema = z.object({
  url: z.string(),
  secret: z.string(),
  tries: count,
  dueAtMs: milliseconds.nullable(),
});
