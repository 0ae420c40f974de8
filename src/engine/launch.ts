import type { RunResult, SourceFile } from "../domain/execution.ts";
import type { ExecutionId } from "../domain/ids.ts";
import { WORK_DIRECTORY } from "../domain/work-directory.ts";
import { LaunchError, type RunReport, type RunSpec, type Sandbox } from "../sandbox/sandbox.ts";
import type { Log } from "../telemetry/log.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type Span, traced } from "../telemetry/tracing.ts";
import { refusalOf } from "./refusal.ts";
import { toRunResult, unstartedResult } from "./run-results.ts";

/** A run's result, and the files that came out of its box. */
export interface Launched {
  readonly result: RunResult;
  readonly files: readonly SourceFile[];
  readonly refusedFiles: RunReport["refusedFiles"];
}

export type Launch = (
  spec: RunSpec,
  options: {
    readonly id: ExecutionId;
    readonly signal: AbortSignal;
    readonly span: Span;
    /** Told before a run is started once more. */
    readonly onRetry?: (() => void) | undefined;
  },
) => Promise<Launched>;

/** A box can be lost to what happens on the host, like a launcher that died; the next one is made by its successor. */
const MOST_ATTEMPTS = 2;

/** Starts runs, each in a fresh box, and turns what became of them into results. A box that is lost is retried once. */
export function createLaunch(deps: {
  readonly sandbox: Pick<Sandbox, "run">;
  readonly log: Pick<Log, "warn">;
  readonly telemetry: Pick<Telemetry, "runRetried">;
}): Launch {
  return async (spec, { id, signal, span, onRetry }) => {
    let message = "the engine could not start the program";
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      if (signal.aborted) return unstarted(unstartedResult({ status: "cancelled", message: null }));
      try {
        const inBox = () => deps.sandbox.run(spec, { signal });
        const report = await traced(span, "box", inBox, ({ isWarm, wallMs }) => ({ attempt, warm: isWarm, wallMs }));
        return { result: toRunResult(report, spec.limits), files: report.files, refusedFiles: report.refusedFiles };
      } catch (error) {
        if (!(error instanceof LaunchError)) throw error;
        const refusal = refusalOf(error, spec, WORK_DIRECTORY);
        if (refusal !== null) return unstarted(unstartedResult(refusal));
        const { stage, errno } = error;
        const { executable } = spec;
        deps.log.warn({ id, attempt, executable, stage, errno, err: error }, "a run was not started");
        if (stage === "exec") message = "the toolchain of the language does not work on this server";
        if (attempt === MOST_ATTEMPTS) break;
        deps.telemetry.runRetried();
        onRetry?.();
      }
    }
    // The client hears nothing of the host: stage and errno are in the log.
    return unstarted(unstartedResult({ status: "internal_error", message }));
  };
}

function unstarted(result: RunResult): Launched {
  return { result, files: [], refusedFiles: [] };
}
