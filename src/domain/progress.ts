import type { RunResult } from "./execution.ts";

export type OutputStream = "stdout" | "stderr";

/** Hears of an execution while it runs. It is told in passing: whoever hears neither waits nor fails. */
export interface Progress {
  /** It begins; when it is told again, once more: what its program had printed until then counts for nothing. */
  started(): void;
  compiled(result: RunResult): void;
  /** The bytes are whoever tells's: they are copied, if they are to be kept. */
  printed(stream: OutputStream, bytes: Uint8Array): void;
  /** Its program has ended, and printed all that it did. */
  ended(result: RunResult): void;
}
