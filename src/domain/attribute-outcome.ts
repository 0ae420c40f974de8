import type { Limits } from "./limits.ts";
import type { Evidence, Exit, Outcome, StopCause } from "./outcome.ts";

/**
 * Says how a run ended, from evidence alone. An exit code or a signal never hints at a limit: a program that exits with
 * 137 is a `runtime_error`, because only the kernel's own counter knows of an OOM kill.
 *
 * The order is the rule: any OOM kill counts, even if the main process ended well; then what stopped the run first; then,
 * for a run that ended by itself, the processor time it had used by then; then its exit.
 */
export function attributeOutcome(evidence: Evidence, limits: Limits): Outcome {
  if (evidence.oomKills > 0) return stopped("memory", limits);
  if (evidence.stopCause !== null) return stopped(evidence.stopCause, limits);
  if (evidence.cpuMs > limits.cpuMs) return stopped("cpu", limits);
  return exited(evidence.exit);
}

function stopped(cause: StopCause, limits: Limits): Outcome {
  switch (cause) {
    case "output":
      return {
        status: "output_limit_exceeded",
        message: `more than ${limits.outputBytes} bytes of output (outputBytes)`,
      };
    case "memory":
      return {
        status: "memory_limit_exceeded",
        message: `more than ${limits.memoryBytes} bytes of memory (memoryBytes)`,
      };
    case "cpu":
      return { status: "time_limit_exceeded", message: `more than ${limits.cpuMs} ms of cpu time (cpuMs)` };
    case "wall":
      return { status: "time_limit_exceeded", message: `more than ${limits.wallMs} ms of wall time (wallMs)` };
    case "killed":
      return { status: "cancelled", message: null };
  }
}

function exited(exit: Exit): Outcome {
  if (exit.kind === "signal") return { status: "runtime_error", message: `ended by ${exit.signal}` };
  if (exit.code === 0) return { status: "ok", message: null };
  return { status: "runtime_error", message: `exit code ${exit.code}` };
}
