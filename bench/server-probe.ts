/**
 * Loaded into the server with `--import`: the server is the real one, and does what it is asked over the channel to its
 * parent. Until it is asked it does nothing. It needs `--expose-gc`.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { percentile } from "./statistics.ts";

export type ProbeRequest = "watch" | "report" | "memory";

/** How long the event loop was busy with one turn, milliseconds, while it was watched. */
export interface LoopReport {
  /** Processor time that the main thread used between two ticks: other processes do not lengthen it. */
  readonly cpuMs: Percentiles;
  /** How late ticks were. A busy machine makes them late, too. */
  readonly delayMs: Percentiles;
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What is left after a garbage collection, bytes. */
export interface MemoryReport {
  readonly heapBytes: number;
  readonly externalBytes: number;
}

export type ProbeAnswer = LoopReport | MemoryReport | null;

const TICK_MS = 1;

interface Watch {
  readonly histogram: ReturnType<typeof monitorEventLoopDelay>;
  readonly timer: NodeJS.Timeout;
  readonly cpuUs: number[];
}

let current: Watch | null = null;

/**
 * Processor time of the main thread, microseconds. The kernel brings the account of a running thread up to date only now
 * and then, but does so when the process's is asked for.
 */
function mainThreadUs(): number {
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

function watch(): null {
  const histogram = monitorEventLoopDelay({ resolution: TICK_MS });
  const cpuUs: number[] = [];
  let beforeUs = mainThreadUs();
  const timer = setInterval(() => {
    const nowUs = mainThreadUs();
    cpuUs.push(nowUs - beforeUs);
    beforeUs = nowUs;
  }, TICK_MS);
  histogram.enable();
  current = { histogram, timer, cpuUs };
  return null;
}

function report(): LoopReport {
  if (current === null) throw new Error("The event loop is not being watched");
  const { histogram, timer, cpuUs } = current;
  histogram.disable();
  clearInterval(timer);
  current = null;
  const delayMs = (ns: number) => Math.max(0, ns / 1e6 - TICK_MS);
  return {
    cpuMs: {
      p50: percentile(cpuUs, 0.5) / 1000,
      p99: percentile(cpuUs, 0.99) / 1000,
      max: percentile(cpuUs, 1) / 1000,
    },
    delayMs: {
      p50: delayMs(histogram.percentile(50)),
      p99: delayMs(histogram.percentile(99)),
      max: delayMs(histogram.max),
    },
  };
}

function measureMemory(): MemoryReport {
  if (globalThis.gc === undefined) throw new Error("The probe needs --expose-gc");
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return { heapBytes: heapUsed, externalBytes: external };
}

const ANSWERS: Record<ProbeRequest, () => ProbeAnswer> = { watch, report, memory: measureMemory };

process.on("message", (request: ProbeRequest) => process.send?.(ANSWERS[request]()));
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();
