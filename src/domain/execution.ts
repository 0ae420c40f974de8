import type { ExecutionId, NodeId } from "./ids.ts";
import type { Limits } from "./limits.ts";
import type { Isolation } from "./node.ts";
import type { Exit, Status } from "./outcome.ts";

/** A file of the program, as the client sent it. */
export interface SourceFile {
  /** Relative to `/box`: checked, normal form, no `.` or `..` part. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** What a client asked for, checked and complete: every default has been filled in. */
export interface Execution {
  readonly id: ExecutionId;
  readonly language: string;
  /** The exact version of the toolchain that was chosen, like `3.11.2`. */
  readonly version: string;
  /** At least one; the first is the main file. */
  readonly files: readonly SourceFile[];
  readonly stdin: Uint8Array;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly compileArgs: readonly string[];
  readonly limits: Limits;
  readonly compileLimits: Limits;
  readonly priority: Priority;
}

/** How urgent an execution is, from the most urgent one on. None is starved by those before it. */
export const PRIORITIES = ["high", "normal", "low"] as const;

export type Priority = (typeof PRIORITIES)[number];

/** Who sent an execution, as far as it is known. */
export interface Submitter {
  /** The name of the API key; null without one. */
  readonly client: string | null;
  /** The address that the request came from; null when it is not known. */
  readonly address: string | null;
}

/** How one run ended and what it printed. Milliseconds have up to three decimals. */
export interface RunResult {
  readonly status: Status;
  readonly exit: Exit | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly stdoutTruncated: boolean;
  readonly stderrTruncated: boolean;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly memoryBytes: number;
  /** True when the result of an earlier, identical compile was used. */
  readonly cached: boolean;
  /** True when the program ran in a warm process. */
  readonly warm: boolean;
  readonly message: string | null;
}

/** How an execution ended. */
export interface ExecutionResult {
  readonly id: ExecutionId;
  readonly status: Status;
  readonly language: string;
  readonly version: string;
  /** null for languages without a compiler. */
  readonly compile: RunResult | null;
  /** null when the program was never started. */
  readonly run: RunResult | null;
  readonly queuedMs: number;
  readonly totalMs: number;
  /** Where it ran; null when it was never started. */
  readonly node: NodeId | null;
  /** How well the boxes of that node hold; null with it. */
  readonly isolation: Isolation | null;
}
