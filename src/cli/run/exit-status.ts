import { constants } from "node:os";
import type { Status } from "../../domain/outcome.ts";
import type { ExecutionResponse } from "../../protocol/execution-response.ts";

/** What `millrace run` ends with when the program's own exit status is not the answer. */
export const EXIT = {
  compileError: 121,
  memoryLimit: 122,
  outputLimit: 123,
  /** As timeout(1) has it. */
  timeLimit: 124,
  /** The engine could not run it: as timeout(1), docker and others say that they failed themselves. */
  engine: 125,
  /** It was not started, by its own doing: as a shell says of what it cannot execute. */
  notStarted: 126,
} as const;

/** To which a shell adds the number of the signal that ended a program. */
const SIGNAL_BASE = 128;

const BY_STATUS = {
  ok: 0,
  runtime_error: EXIT.notStarted,
  time_limit_exceeded: EXIT.timeLimit,
  memory_limit_exceeded: EXIT.memoryLimit,
  output_limit_exceeded: EXIT.outputLimit,
  compile_error: EXIT.compileError,
  wrong_answer: 1,
  cancelled: SIGNAL_BASE + constants.signals.SIGINT,
  internal_error: EXIT.engine,
} as const satisfies Record<Status, number>;

/** The exit status for an execution: the program's own where it ended by itself. */
export function exitStatusOf({ status, run }: Pick<ExecutionResponse, "status" | "run">): number {
  if (status === "runtime_error" && run?.signal) return exitStatusOfSignal(run.signal);
  if (status === "runtime_error" && run?.exitCode) return run.exitCode;
  return BY_STATUS[status];
}

/** @param signal a name like `SIGSEGV`, or like `SIG40` for one without a name. */
export function exitStatusOfSignal(signal: string): number {
  const number = /^SIG(\d+)$/.exec(signal)?.[1];
  return SIGNAL_BASE + (number === undefined ? constants.signals[signal as NodeJS.Signals] : Number(number));
}
