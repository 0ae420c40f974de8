/**
 * How a run ended. An outcome is data: it is reported with HTTP 200 and never thrown.
 *
 * The words of this codebase, each defined by the ones before it:
 * an *execution* is what a client asked for: one program, its input, its limits. A *job* is an execution as a queued
 * message. A *run* is one sandboxed start of a process, of the compiler or of the program. A *box* is the single-use
 * sandbox of one run. A *slot* is the right to one running box on a worker. The *launcher* makes boxes. An *outcome*
 * is how a run ended.
 */
export const STATUSES = [
  "ok",
  "runtime_error",
  "time_limit_exceeded",
  "memory_limit_exceeded",
  "output_limit_exceeded",
  "compile_error",
  "wrong_answer",
  "cancelled",
  "internal_error",
] as const;

export type Status = (typeof STATUSES)[number];

/** What made the launcher end a run before its main process did; null when the main process ended by itself. */
export type StopCause = "output" | "memory" | "cpu" | "wall" | "killed";

/** How the main process ended: with an exit code, or by a signal (its name, like `SIGKILL`). Never both. */
export type Exit =
  | { readonly kind: "code"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: string };

/** The facts an outcome is made from: the launcher's own `waitid`, the cgroup's counters, the first cause. */
export interface Evidence {
  readonly stopCause: StopCause | null;
  readonly exit: Exit;
  /** Processes of the run that the kernel killed for memory. */
  readonly oomKills: number;
  readonly cpuMs: number;
}

export interface Outcome {
  readonly status: Status;
  /** One sentence for a person; null when the status says it all. */
  readonly message: string | null;
}
