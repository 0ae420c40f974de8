import type { RecentExecutions } from "../domain/node.ts";
import { createExecutionLines } from "./execution-line.ts";
import type { Log } from "./log.ts";
import { createLoopWatch } from "./loop-watch.ts";
import { createMetrics } from "./metrics.ts";
import type { Readings } from "./readings.ts";
import { createRecentExecutions } from "./recent-executions.ts";
import type { Telemetry } from "./telemetry.ts";

/** What comes of the reports: one line in the log for each execution, and metrics. */
export interface TelemetryHub extends Telemetry {
  /** Gives the metrics what is not reported but read when somebody asks. */
  watch(readings: Readings): void;
  /** How long the executions that ended last took. */
  recent(): RecentExecutions;
  /** All metrics in Prometheus' text format. */
  renderMetrics(): Promise<string>;
  close(): void;
}

export function createTelemetry(options: { readonly log: Log; readonly version: string }): TelemetryHub {
  const metrics = createMetrics({ version: options.version });
  const lines = createExecutionLines(options.log);
  const recent = createRecentExecutions();
  const loop = createLoopWatch(metrics.loopDelayed);
  return {
    requestBegan: loop.note,
    requestEnded: metrics.requestEnded,
    requestRefused(request) {
      metrics.requestRefused(request.code);
      lines.requestRefused(request);
    },
    executionAbandoned(execution, submitter) {
      metrics.executionAbandoned(execution);
      lines.executionAbandoned(execution, submitter);
    },
    executionEnded(result, submitter) {
      metrics.executionEnded(result);
      recent.note(result);
      lines.executionEnded(result, submitter);
    },
    runRetried: metrics.runRetried,
    jobRedelivered: metrics.jobRedelivered,
    leaseLost: metrics.leaseLost,
    webhookSent: metrics.webhookSent,
    bugFound: metrics.bugFound,
    watch: metrics.watch,
    recent: recent.read,
    renderMetrics: metrics.render,
    close() {
      loop.close();
      metrics.close();
    },
  };
}
