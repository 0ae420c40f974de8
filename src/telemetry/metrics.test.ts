import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import type { ExecutionResult, RunResult } from "../domain/execution.ts";
import { executionId, nodeId } from "../domain/ids.ts";
import { createMetrics, type Metrics } from "./metrics.ts";

const UUID = "00000000-0000-4000-8000-000000000000";

const run: RunResult = {
  status: "ok",
  exit: { kind: "code", code: 0 },
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
  stdoutTruncated: false,
  stderrTruncated: false,
  cpuMs: 0.4,
  wallMs: 1_500,
  memoryBytes: 5_000_000,
  cached: false,
  warm: false,
  message: null,
};

const result: ExecutionResult = {
  id: executionId(UUID),
  status: "runtime_error",
  language: "java",
  version: "17.0.2",
  compile: { ...run, cached: true },
  run: { ...run, warm: true },
  queuedMs: 0.1,
  totalMs: 1_600,
  node: nodeId(UUID),
  isolation: "full",
};

const open: Metrics[] = [];
afterEach(() => {
  for (const metrics of open.splice(0)) metrics.close();
});

function start(): Metrics {
  const metrics = createMetrics({ version: "1.2.3" });
  open.push(metrics);
  return metrics;
}

/** All lines that are no comment, by what stands before the value. */
async function valuesOf(metrics: Metrics): Promise<Map<string, number>> {
  const text = await metrics.render();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
}

function watch(metrics: Metrics): void {
  metrics.watch({
    queuedJobs: () => 3,
    oldestJobMs: () => 250,
    waitingWebhooks: () => 2,
    slots: () => 4,
    redeliveries: () => 5,
    nodes: () => 3,
    isReduced: () => true,
    usedSlots: () => 2,
    boxes: () => ({ making: 1, prepared: 5, used: 2, leaving: 0 }),
    warmProcesses: () => ({ python: 2, perl: 0 }),
    warmMemoryBytes: () => ({ python: 7_000_000, perl: 0 }),
    failedBoxes: () => 7,
    lostLaunchers: () => 1,
    isReady: () => true,
  });
}

describe("metrics", () => {
  test("count executions and their runs", async () => {
    const metrics = start();
    metrics.executionEnded(result);
    metrics.executionEnded({ ...result, status: "cancelled", compile: null, run: null });
    metrics.executionAbandoned({ language: "java" });
    const values = await valuesOf(metrics);
    expect(values.get('millrace_executions_total{language="java",status="runtime_error"}')).toBe(1);
    expect(values.get('millrace_executions_total{language="java",status="cancelled"}')).toBe(2);
    expect(values.get('millrace_execution_queued_seconds_bucket{le="0.00025",language="java"}')).toBe(2);
    expect(values.get('millrace_execution_duration_seconds_sum{language="java"}')).toBeCloseTo(3.2);
    expect(values.get('millrace_runs_total{language="java",kind="compile",start="cached"}')).toBe(1);
    expect(values.get('millrace_runs_total{language="java",kind="program",start="warm"}')).toBe(1);
    expect(values.get('millrace_run_cpu_seconds_bucket{le="0.0005",language="java",kind="program"}')).toBe(1);
    expect(values.get('millrace_run_wall_seconds_bucket{le="1",language="java",kind="program"}')).toBe(0);
    expect(values.get('millrace_run_memory_bytes_bucket{le="8388608",language="java",kind="program"}')).toBe(1);
    // What a cached compile once used is not used again.
    expect(values.has('millrace_run_cpu_seconds_count{language="java",kind="compile"}')).toBe(false);
  });

  test("count requests, by names that clients cannot invent", async () => {
    const metrics = start();
    metrics.requestEnded({ method: "GET", route: "/healthz", status: 200, ms: 2 });
    metrics.requestEnded({ method: "PROPFIND", route: null, status: 404, ms: 1 });
    metrics.requestEnded({ method: "POST", route: "/v1/executions", status: null, ms: 1 });
    metrics.requestRefused("queue_full");
    metrics.bugFound("gateway");
    metrics.runRetried();
    metrics.loopDelayed(0.004);
    const values = await valuesOf(metrics);
    expect(values.get('millrace_http_requests_total{method="GET",route="/healthz",code="200"}')).toBe(1);
    expect(values.get('millrace_http_requests_total{method="other",route="none",code="404"}')).toBe(1);
    expect(values.get('millrace_http_requests_total{method="POST",route="/v1/executions",code="499"}')).toBe(1);
    expect(values.get('millrace_http_request_duration_seconds_sum{route="/healthz"}')).toBeCloseTo(0.002);
    expect(values.get('millrace_http_errors_total{code="queue_full"}')).toBe(1);
    expect(values.get('millrace_internal_errors_total{part="gateway"}')).toBe(1);
    expect(values.get("millrace_run_retries_total")).toBe(1);
    expect(values.get('millrace_event_loop_delay_seconds_bucket{le="0.005"}')).toBe(1);
  });

  test("read the parts each time that somebody asks", async () => {
    const metrics = start();
    watch(metrics);
    await metrics.render();
    const values = await valuesOf(metrics);
    expect(
      Object.fromEntries(
        [...values].filter(([name]) => /^millrace_(queue|isolation|warm|slots|boxes|launch|ready|build)/.test(name)),
      ),
    ).toEqual({
      [`millrace_build_info{version="1.2.3",node_version="${process.versions.node}"}`]: 1,
      millrace_ready: 1,
      millrace_queue_jobs: 3,
      millrace_queue_oldest_job_seconds: 0.25,
      millrace_queue_redeliveries_total: 5,
      millrace_isolation_reduced: 1,
      millrace_slots: 4,
      millrace_slots_used: 2,
      'millrace_boxes{state="making"}': 1,
      'millrace_boxes{state="prepared"}': 5,
      'millrace_boxes{state="used"}': 2,
      'millrace_boxes{state="leaving"}': 0,
      'millrace_warm_processes{language="python"}': 2,
      'millrace_warm_memory_bytes{language="perl"}': 0,
      'millrace_warm_memory_bytes{language="python"}': 7_000_000,
      'millrace_warm_processes{language="perl"}': 0,
      millrace_boxes_failed_total: 7,
      millrace_launchers_lost_total: 1,
    });
    expect(values.get("process_cpu_seconds_total")).toBeGreaterThan(0);
    expect(values.get("process_resident_memory_bytes")).toBeGreaterThan(1e6);
  });

  test("two servers in one process do not share any", async () => {
    const [first, second] = [start(), start()];
    first.runRetried();
    expect((await valuesOf(second)).get("millrace_run_retries_total")).toBe(0);
  });

  test("follow Prometheus' conventions and are those of docs/metrics.md, both ways", () => {
    const metrics = start();
    watch(metrics);
    const table = metrics.registry.getMetricsAsArray().map((metric) => {
      const { labelNames } = metric as unknown as { readonly labelNames: readonly string[] };
      return [metric.name, metric.constructor.name.toLowerCase(), labelNames.join(", ")];
    });
    for (const [name = "", type] of table) {
      expect(name).toMatch(/^(millrace|process|nodejs)_[a-z_]+$/);
      expect([name, name.endsWith("_total")]).toEqual([name, type === "counter"]);
      expect(name).not.toMatch(/_(ms|mib|kb|percent)\b/);
    }
    const page = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
    const rows = page.split("\n").filter((line) => /^\| `(millrace|process|nodejs)_/.test(line));
    const documented = rows.map((row) => {
      const [, name, type, labels] = row.split("|").map((cell) => cell.trim().replaceAll("`", ""));
      return [name, type, labels];
    });
    expect(documented.toSorted()).toEqual(table.toSorted());
  });
});
