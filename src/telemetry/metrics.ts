import { Counter, Histogram, Registry } from "prom-client";
import type { ErrorCode } from "../domain/errors.ts";
import type { ExecutionResult, RunResult } from "../domain/execution.ts";
import { addProcessMetrics } from "./process-metrics.ts";
import { addReadings } from "./reading-metrics.ts";
import type { Readings } from "./readings.ts";
import type { EndedRequest, Telemetry } from "./telemetry.ts";

/** Numbers for Prometheus; docs/metrics.md has the table. No label has a value that a client chose. */
export interface Metrics
  extends Pick<Telemetry, "requestEnded" | "runRetried" | "jobRedelivered" | "leaseLost" | "webhookSent" | "bugFound"> {
  executionEnded(result: ExecutionResult): void;
  requestRefused(code: ErrorCode): void;
  executionAbandoned(execution: { readonly language: string }): void;
  loopDelayed(seconds: number): void;
  watch(readings: Readings): void;
  render(): Promise<string>;
  close(): void;
  /** For whoever wants to know which metrics there are. */
  readonly registry: Registry;
}

/** Seconds. A program that was started ahead takes less than a millisecond; the longest that is allowed takes minutes. */
const DURATIONS = [
  0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
];
/** Seconds, from what a timer can tell to what everybody notices. */
const DELAYS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
const MIB = 1024 ** 2;
const SIZES = [1, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096].map((mib) => mib * MIB);

/** Methods that are counted under their own name. Any other token may be a method, too. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export function createMetrics({ version }: { readonly version: string }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const process = addProcessMetrics(registry, version);

  const executions = new Counter({
    name: "millrace_executions_total",
    help: "Executions that ended, by status.",
    labelNames: ["language", "status"],
    registers,
  });
  const queued = new Histogram({
    name: "millrace_execution_queued_seconds",
    help: "How long executions waited for a slot.",
    labelNames: ["language"],
    buckets: DURATIONS,
    registers,
  });
  const total = new Histogram({
    name: "millrace_execution_duration_seconds",
    help: "From an execution's arrival in the queue to its result.",
    labelNames: ["language"],
    buckets: DURATIONS,
    registers,
  });
  const runs = new Counter({
    name: "millrace_runs_total",
    help: "Runs: of a compiler or of a program, in a process started for it (cold) or ahead (warm), or cached.",
    labelNames: ["language", "kind", "start"],
    registers,
  });
  const runCpu = new Histogram({
    name: "millrace_run_cpu_seconds",
    help: "Processor time of runs, all processes together.",
    labelNames: ["language", "kind"],
    buckets: DURATIONS,
    registers,
  });
  const runWall = new Histogram({
    name: "millrace_run_wall_seconds",
    help: "Runs from release to end.",
    labelNames: ["language", "kind"],
    buckets: DURATIONS,
    registers,
  });
  const runMemory = new Histogram({
    name: "millrace_run_memory_bytes",
    help: "Peak memory of runs.",
    labelNames: ["language", "kind"],
    buckets: SIZES,
    registers,
  });
  const retries = new Counter({
    name: "millrace_run_retries_total",
    help: "Runs that were tried once more because their box was lost.",
    registers,
  });
  const redeliveries = new Counter({
    name: "millrace_jobs_redelivered_total",
    help: "Jobs that were started again because their worker had ended.",
    registers,
  });
  const lostLeases = new Counter({
    name: "millrace_leases_lost_total",
    help: "Leases of jobs that were not extended in time: what ran was killed, and the job is another worker's.",
    registers,
  });
  const webhooks = new Counter({
    name: "millrace_webhooks_total",
    help: "Tries to deliver a result to a web hook: delivered, to be retried, or dropped.",
    labelNames: ["outcome"],
    registers,
  });
  const requests = new Counter({
    name: "millrace_http_requests_total",
    help: "HTTP requests; code 499 is a client that hung up before its answer.",
    labelNames: ["method", "route", "code"],
    registers,
  });
  const requestDuration = new Histogram({
    name: "millrace_http_request_duration_seconds",
    help: "HTTP requests from their headers to the end of the answer.",
    labelNames: ["route"],
    buckets: DURATIONS,
    registers,
  });
  const refusals = new Counter({
    name: "millrace_http_errors_total",
    help: "Requests answered with an error, by its code.",
    labelNames: ["code"],
    registers,
  });
  const bugs = new Counter({
    name: "millrace_internal_errors_total",
    help: "What only a bug explains; the log has each.",
    labelNames: ["part"],
    registers,
  });
  const delays = new Histogram({
    name: "millrace_event_loop_delay_seconds",
    help: "How late the event loop came to what was due, watched while there are requests.",
    buckets: DELAYS,
    registers,
  });

  function countRun(language: string, kind: "compile" | "program", run: RunResult): void {
    const start = run.cached ? "cached" : run.warm ? "warm" : "cold";
    runs.inc({ language, kind, start });
    if (run.cached) return;
    const labels = { language, kind };
    runCpu.observe(labels, run.cpuMs / 1000);
    runWall.observe(labels, run.wallMs / 1000);
    runMemory.observe(labels, run.memoryBytes);
  }

  return {
    executionEnded({ language, status, compile, run, queuedMs, totalMs }: ExecutionResult) {
      executions.inc({ language, status });
      queued.observe({ language }, queuedMs / 1000);
      total.observe({ language }, totalMs / 1000);
      if (compile !== null) countRun(language, "compile", compile);
      if (run !== null) countRun(language, "program", run);
    },
    executionAbandoned: ({ language }) => executions.inc({ language, status: "cancelled" }),
    runRetried: () => retries.inc(),
    jobRedelivered: () => redeliveries.inc(),
    leaseLost: () => lostLeases.inc(),
    webhookSent: (outcome) => webhooks.inc({ outcome }),
    requestEnded({ method, route, status, ms }: EndedRequest) {
      const known = route ?? "none";
      requests.inc({ method: METHODS.has(method) ? method : "other", route: known, code: status ?? 499 });
      requestDuration.observe({ route: known }, ms / 1000);
    },
    requestRefused: (code) => refusals.inc({ code }),
    bugFound: (part) => bugs.inc({ part }),
    loopDelayed: (seconds) => delays.observe(seconds),
    watch: (readings) => addReadings(registry, readings),
    render: () => registry.metrics(),
    close: process.close,
    registry,
  };
}
