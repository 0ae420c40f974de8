import { z } from "zod";
import type { RunResult, SourceFile } from "../../domain/execution.ts";

/** What a compile run came to: its result, and what it made. */
export interface Compiled {
  readonly result: RunResult;
  readonly artifacts: readonly SourceFile[];
}

/** What stands before the bytes: of a compile run that ended well, all that is not the same for each. */
const headSchema = z.strictObject({
  cpuMs: z.number(),
  wallMs: z.number(),
  memoryBytes: z.number(),
  message: z.string().nullable(),
  stdoutBytes: z.int(),
  stderrBytes: z.int(),
  artifacts: z.array(z.strictObject({ path: z.string(), bytes: z.int() })),
});

const LINE_END = 10;

/** As bytes: a line of JSON, then what was printed, then the artifacts. */
export function encodeCompiled({ result, artifacts }: Compiled): Uint8Array[] {
  const { cpuMs, wallMs, memoryBytes, message, stdout, stderr } = result;
  const head: z.input<typeof headSchema> = {
    cpuMs,
    wallMs,
    memoryBytes,
    message,
    stdoutBytes: stdout.length,
    stderrBytes: stderr.length,
    artifacts: artifacts.map(({ path, content }) => ({ path, bytes: content.length })),
  };
  return [Buffer.from(`${JSON.stringify(head)}\n`), stdout, stderr, ...artifacts.map(({ content }) => content)];
}

/** @throws {Error} when the bytes are not whole. */
export function decodeCompiled(bytes: Buffer): Compiled {
  let at = bytes.indexOf(LINE_END) + 1;
  const head = headSchema.parse(JSON.parse(bytes.toString("utf8", 0, at)));
  const take = (size: number): Buffer => {
    if (at + size > bytes.length) throw new Error("cut short");
    at += size;
    return bytes.subarray(at - size, at);
  };
  const stdout = take(head.stdoutBytes);
  const stderr = take(head.stderrBytes);
  const artifacts = head.artifacts.map(({ path, bytes: size }) => ({ path, content: take(size) }));
  if (at !== bytes.length) throw new Error("too long");
  const { cpuMs, wallMs, memoryBytes, message } = head;
  const result: RunResult = {
    status: "ok",
    exit: { kind: "code", code: 0 },
    stdout,
    stderr,
    stdoutTruncated: false,
    stderrTruncated: false,
    cpuMs,
    wallMs,
    memoryBytes,
    cached: true,
    warm: false,
    message,
  };
  return { result, artifacts };
}
