import { z } from "zod";
import { ISOLATIONS } from "../domain/node.ts";
import { STATUSES } from "../domain/outcome.ts";

const milliseconds = z.number().min(0);
const bytes = z.int().min(0);
const encoding = z.enum(["utf8", "base64"]);

export const isolationSchema = z.enum(ISOLATIONS).meta({
  description: "`reduced` when a line of a box is not to be had on its host, and the host's operator accepts that.",
});

export const statusSchema = z.enum(STATUSES).meta({
  description:
    "How it ended. `internal_error` is never the program's fault; of a run, `compile_error` says that the compiler ended well and made no program.",
});

/** How one run ended. Every field is always present. */
export const runResponseSchema = z
  .strictObject({
    status: statusSchema,
    exitCode: z.int().nullable().meta({
      description: "null when a signal ended the program, or when it was never started.",
    }),
    signal: z.string().nullable().meta({ description: "A name like `SIGKILL`; null when the program exited." }),
    stdout: z.string(),
    stderr: z.string(),
    stdoutEncoding: encoding.meta({ description: "`base64` when the bytes are not UTF-8." }),
    stderrEncoding: encoding,
    stdoutTruncated: z.boolean().meta({ description: "Whether there was more than `outputBytes` allows." }),
    stderrTruncated: z.boolean(),
    cpuMs: milliseconds.meta({ description: "Processor time of all processes together." }),
    wallMs: milliseconds.meta({ description: "From start to end." }),
    memoryBytes: bytes.meta({ description: "The peak." }),
    cached: z.boolean().meta({ description: "Whether an earlier, identical compile was used." }),
    warm: z.boolean().meta({ description: "Whether it ran in a process started ahead." }),
    message: z
      .string()
      .nullable()
      .meta({ description: "A sentence for a person, where the status leaves a question." }),
  })
  .meta({ description: "How one run ended." });

/** An execution that is done, as `POST /v1/executions` answers it. */
export const executionResponseSchema = z
  .strictObject({
    id: z.string().meta({ description: "`exe_` and 32 hexadecimal digits.", pattern: "^exe_[0-9a-f]{32}$" }),
    state: z.literal("done"),
    status: statusSchema,
    language: z.string(),
    version: z.string().meta({ description: "The exact version that was used." }),
    compile: runResponseSchema.nullable().meta({ description: "null for a language without a compiler." }),
    run: runResponseSchema.nullable().meta({ description: "null when the program was never started." }),
    tests: z.null(),
    files: z.array(z.never()),
    queuedMs: milliseconds.meta({ description: "How long it waited for a slot." }),
    totalMs: milliseconds.meta({ description: "From its arrival to its result." }),
    node: z.string().nullable().meta({ description: "Where it ran; null when it was never started." }),
    isolation: isolationSchema.nullable().meta({ description: "How well boxes hold there; null with `node`." }),
  })
  .meta({ description: "An execution that is done. Every field is always there, null where it does not apply." });

/** An execution that is not done yet: the same fields, null where nothing is known. */
export const pendingExecutionSchema = executionResponseSchema
  .extend({
    state: z.enum(["queued", "running"]),
    status: z.null(),
    compile: z.null(),
    run: z.null(),
    queuedMs: z.null(),
    totalMs: z.null(),
    isolation: z.null(),
  })
  .meta({
    description: "An execution that waits or runs: the fields of one that is done, null where nothing is known.",
  });

/** An execution in any state. */
export const executionStateSchema = z
  .discriminatedUnion("state", [executionResponseSchema, pendingExecutionSchema])
  .meta({ description: "An execution in any state." });

export type RunResponse = z.infer<typeof runResponseSchema>;
export type ExecutionResponse = z.infer<typeof executionResponseSchema>;
export type ExecutionStateResponse = z.infer<typeof executionStateSchema>;
