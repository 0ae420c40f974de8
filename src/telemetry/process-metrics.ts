import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { Gauge, Histogram, type Registry } from "prom-client";
import { addPolledCounter, addPolledGauge } from "./polled.ts";

/** The kinds of garbage collection by their number. */
const GC_KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "major",
  [constants.NODE_PERFORMANCE_GC_MINOR]: "minor",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "weakcb",
};

const GC_DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/**
 * What every process tells of itself, by the names that Prometheus' clients share. The library's own set also wakes the
 * process a hundred times a second to watch the event loop, and opens files of /proc that this process has no right to.
 */
export function addProcessMetrics(registry: Registry, version: string): { close(): void } {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) => addPolledGauge(registry, name, help, read);
  const counter = (name: string, help: string, read: () => number) => addPolledCounter(registry, name, help, read);

  new Gauge({
    name: "millrace_build_info",
    help: "1; the labels tell what runs.",
    labelNames: ["version", "node_version"],
    registers,
  }).set({ version, node_version: process.versions.node }, 1);
  new Gauge({
    name: "process_start_time_seconds",
    help: "When the process started, in seconds since the epoch.",
    registers,
  }).set(performance.timeOrigin / 1000);

  counter("process_cpu_user_seconds_total", "Processor time in user mode.", () => process.cpuUsage().user / 1e6);
  counter("process_cpu_system_seconds_total", "Processor time in the kernel.", () => process.cpuUsage().system / 1e6);
  counter("process_cpu_seconds_total", "Processor time.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
  gauge("nodejs_heap_size_total_bytes", "The heap.", () => process.memoryUsage().heapTotal);
  gauge("nodejs_heap_size_used_bytes", "What is used of the heap.", () => process.memoryUsage().heapUsed);
  gauge("nodejs_external_memory_bytes", "Memory outside of the heap, buffers above all.", () => {
    return process.memoryUsage().external;
  });

  const collections = new Histogram({
    name: "nodejs_gc_duration_seconds",
    help: "Garbage collections by kind.",
    labelNames: ["kind"],
    buckets: GC_DURATIONS,
    registers,
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as PerformanceEntry & { readonly detail: { readonly kind: number } };
      collections.observe({ kind: GC_KINDS[detail.kind] ?? "other" }, entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  return { close: () => observer.disconnect() };
}
