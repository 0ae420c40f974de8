import type { Limits } from "../domain/limits.ts";
import type { Evidence } from "../domain/outcome.ts";
import type { OutputStream } from "../domain/progress.ts";
import type { WarmStart } from "./warm-start.ts";

/** A file put into `/box` before the program starts. */
export interface BoxFile {
  /** Relative to `/box`, without `.` and `..` parts; parents are made. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Permission bits, like 0o644. */
  readonly mode: number;
}

/** One run: what is in the box and what is started there. */
export interface RunSpec {
  /** Absolute path in the box, never looked up in PATH. */
  readonly executable: string;
  /** All arguments, `argv[0]` first. */
  readonly argv: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly BoxFile[];
  readonly stdin: Uint8Array;
  readonly limits: Limits;
  /** The interpreter that would have done all of this but for the main file, if it was booted ahead; null for none. */
  readonly warm: WarmStart | null;
  /**
   * Says, once every process of the box is dead, which files below `/box` to return; null for none.
   * Called with paths relative to `/box` and sizes in bytes. `maxBytes` bounds their sum.
   */
  readonly collect: {
    readonly wants: (path: string, size: number) => boolean;
    readonly maxBytes: number;
  } | null;
  /** Told of output as it comes, in passing; the report has all of it nevertheless. */
  readonly onOutput?: ((stream: OutputStream, bytes: Uint8Array) => void) | undefined;
}

/** What the launcher saw of a run. Facts only: an outcome is made from them elsewhere. */
export interface RunReport extends Evidence {
  /** The interpreter had been booted ahead. */
  readonly isWarm: boolean;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly stdoutTruncated: boolean;
  readonly stderrTruncated: boolean;
  readonly wallMs: number;
  readonly memoryBytes: number;
  readonly files: readonly { readonly path: string; readonly content: Uint8Array }[];
  /** Files that were wanted but refused (not plain, too large, too many), each with the reason. */
  readonly refusedFiles: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * The program was never started, or its box was lost: the engine's fault, not the program's.
 * `stage` and `errno` name the step that failed, like `mount` and `EPERM`.
 */
export class LaunchError extends Error {
  override readonly name = "LaunchError";
  readonly stage: string;
  readonly errno: string | null;

  constructor(message: string, options: { stage: string; errno?: string | null; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.stage = options.stage;
    this.errno = options.errno ?? null;
  }
}

/** What the sandbox needs of a log. The fields of an error are under `err`. */
export interface SandboxLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a sandbox holds now, and what it has lost since it was made. */
export interface SandboxCounts {
  /** Living boxes: being made, standing ready, belonging to a run, being removed. */
  readonly boxes: Readonly<Record<"making" | "prepared" | "used" | "leaving", number>>;
  /** Of those that stand ready, the ones with a process that was booted ahead, by the id of its {@link WarmStart}. */
  readonly warm: ReadonlyMap<string, number>;
  /** What those hold of the host's memory, with the zygotes that are there for them, bytes, by the same id. */
  readonly warmBytes: ReadonlyMap<string, number>;
  /** Boxes that could not be made. */
  readonly failedBoxes: number;
  readonly lostLaunchers: number;
}

/** Runs programs in boxes. */
export interface Sandbox {
  /**
   * Runs one program in a fresh box. Resolves when every process of it is dead and its output is complete.
   * What is left of its box is removed after that, before another run may have its place.
   * An aborted `signal` kills the box, or ends the wait for one; the report then says `stopCause: "killed"`.
   * @throws {LaunchError} when the program was not started or the box was lost.
   */
  run(spec: RunSpec, options?: { readonly signal?: AbortSignal }): Promise<RunReport>;
  /** Whether a launcher is connected and can make boxes. */
  isReady(): boolean;
  counts(): SandboxCounts;
  /**
   * Kills every box, whose runs end as killed, and lets the launcher go. Resolves when nothing is left on the host; so
   * does every further call.
   * A call of `run` after it throws a {@link LaunchError} with stage `closed`.
   */
  close(): Promise<void>;
}
