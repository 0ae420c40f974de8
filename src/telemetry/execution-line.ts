import type { ExecutionResult, RunResult, Submitter } from "../domain/execution.ts";
import type { Log } from "./log.ts";
import type { RefusedRequest, Telemetry } from "./telemetry.ts";

/** What every line of an execution is called. */
export const EXECUTION_LINE = "execution";

/**
 * One line in the log for each execution, with all that is worth knowing of it afterwards: whose it was, what became of it
 * and what it used. Never a byte that the client sent: no source, input, argument or output.
 */
export function createExecutionLines(
  log: Log,
): Pick<Telemetry, "executionEnded" | "executionAbandoned" | "requestRefused"> {
  return {
    executionEnded(result, submitter) {
      const line = describeResult(result, submitter);
      if (result.status === "internal_error") log.error(line, EXECUTION_LINE);
      else log.info(line, EXECUTION_LINE);
    },

    executionAbandoned({ id, language, version }, submitter) {
      log.info({ id, language, version, status: "cancelled", started: false, ...submitter }, EXECUTION_LINE);
    },

    requestRefused({ code, isForExecution, execution, submitter }) {
      if (!isForExecution) return;
      const { id = null, language = null, version = null } = execution ?? {};
      log[severityOf(code)]({ id, language, version, status: "refused", code, ...submitter }, EXECUTION_LINE);
    },
  };
}

/** A server that cannot is for its operator to know; a client that may not, or asks for what is not there, is not. */
function severityOf(code: RefusedRequest["code"]): "debug" | "info" | "warn" | "error" {
  switch (code) {
    case "internal":
      return "error";
    case "queue_full":
    case "no_worker":
      return "warn";
    case "rate_limited":
      return "info";
    default:
      return "debug";
  }
}

function describeResult(result: ExecutionResult, submitter: Submitter) {
  const { compile, run } = result;
  const exit = (run ?? compile)?.exit ?? null;
  return {
    id: result.id,
    language: result.language,
    version: result.version,
    status: result.status,
    exitCode: exit?.kind === "code" ? exit.code : null,
    signal: exit?.kind === "signal" ? exit.signal : null,
    queuedMs: round(result.queuedMs),
    totalMs: round(result.totalMs),
    compile: compile && { ...describeRun(compile), cached: compile.cached },
    run: run && { ...describeRun(run), warm: run.warm },
    node: result.node,
    isolation: result.isolation,
    ...submitter,
  };
}

function describeRun({ cpuMs, wallMs, memoryBytes }: RunResult) {
  return { cpuMs: round(cpuMs), wallMs: round(wallMs), memoryBytes };
}

/** Milliseconds to three decimals. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
