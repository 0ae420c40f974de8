import { z } from "zod";
import { STATUSES } from "../domain/outcome.ts";

const milliseconds = z.number().min(0);
const bytes = z.int().min(0);
const encoding = z.enum(["utf8", "base64"]);

/** How one run ended. Every field is always present. */
export const runResponseSchema = z.strictObject({
  status: z.enum(STATUSES),
  /** null when a signal ended the program, or when it was never started. */
  exitCode: z.int().nullable(),
  /** A name like `SIGKILL`; null when the program exited. */
  signal: z.string().nullable(),
  stdout: z.string(),
  stderr: z.string(),
  /** `base64` when the bytes are not UTF-8. */
  stdoutEncoding: encoding,
  stderrEncoding: encoding,
  stdoutTruncated: z.boolean(),
  stderrTruncated: z.boolean(),
  cpuMs: milliseconds,
  wallMs: milliseconds,
  memoryBytes: bytes,
  cached: z.boolean(),
  warm: z.boolean(),
  message: z.string().nullable(),
});

/** An execution that is done, as `POST /v1/executions` answers it. */
export const executionResponseSchema = z.strictObject({
  id: z.string(),
  state: z.literal("done"),
  status: z.enum(STATUSES),
  language: z.string(),
  version: z.string(),
  /** null for a language without a compiler. */
  compile: runResponseSchema.nullable(),
  /** null when the program was never started. */
  run: runResponseSchema.nullable(),
  tests: z.null(),
  files: z.array(z.never()),
  queuedMs: milliseconds,
  totalMs: milliseconds,
  node: z.string(),
});

export type RunResponse = z.infer<typeof runResponseSchema>;
export type ExecutionResponse = z.infer<typeof executionResponseSchema>;
