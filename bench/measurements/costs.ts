import { setTimeout as sleep } from "node:timers/promises";
import type { Driver } from "../driver.ts";
import { findProcesses, readBusyMs, readCpu, type ServerProcesses } from "../processes.ts";
import type { Start } from "../server.ts";
import type { Setup } from "../setup.ts";
import { sum } from "../statistics.ts";
import { fact, type Row } from "../table.ts";
import { requireGood } from "./batches.ts";
import { measureQueueMs } from "./queue-cost.ts";

const CLIENTS = 16;
const WARM_UP_RUNS = 500;
const RUNS = 600;
const REFUSED_REQUESTS = 4_000;
const BARE_RUNS = 60;
/** The same hello, but that the process ends there: what is missing is Python taking itself apart. */
const HASTY_HELLO = 'import os\nprint("Hello, world!", flush=True)\nos._exit(0)\n';
/** How long the last boxes may take to be removed and replaced, milliseconds. */
const SETTLE_MS = 1_000;

/** Where the core-milliseconds of a run go, time in which a core could do nothing else: hello in Python, cold and warm. */
export async function measureCosts(setup: Setup): Promise<Row[]> {
  const bareMs = await measureBareMs(setup);
  const queueMs = await measureQueueMs();
  const rows: Row[] = [];
  for (const start of ["cold", "warm"] as const) {
    const load = await setup.startLoad(setup.pythonHello, start);
    try {
      requireGood(await load.runs(CLIENTS, WARM_UP_RUNS));
      const gatewayMs = await measureGatewayMs(setup, start);
      rows.push(...(await measureRuns(setup, start, load, { gatewayMs, queueMs, bareMs })));
      rows.push(await measureHasty(setup, start));
    } finally {
      await load.close();
    }
  }
  return rows;
}

async function measureBareMs(setup: Setup): Promise<number> {
  const bare = setup.startBare(setup.bareHello);
  try {
    const { programCpuMs, done } = requireGood(await bare.runs(setup.processors, BARE_RUNS));
    return programCpuMs / done;
  } finally {
    await bare.close();
  }
}

/** What a request costs the server that passes every check but the last: there is no such version of the language. */
async function measureGatewayMs(setup: Setup, start: Start): Promise<number> {
  const { pid } = await setup.server(start);
  const { path, body } = setup.pythonHello;
  const refused = await setup.startLoad({ path: `${path}?version=0.0.1`, body, status: 422 }, start);
  try {
    requireGood(await refused.runs(CLIENTS, REFUSED_REQUESTS));
    const before = readCpu(pid).cpuMs;
    requireGood(await refused.runs(CLIENTS, REFUSED_REQUESTS));
    return (readCpu(pid).cpuMs - before) / REFUSED_REQUESTS;
  } finally {
    await refused.close();
  }
}

async function measureRuns(
  setup: Setup,
  start: Start,
  load: Driver,
  known: { readonly gatewayMs: number; readonly queueMs: number; readonly bareMs: number },
): Promise<Row[]> {
  const { pid } = await setup.server(start);
  const processes = findProcesses(pid);
  const before = await takeSnapshot(processes);
  const batch = requireGood(await load.runs(CLIENTS, RUNS));
  const after = await takeSnapshot(processes);
  const cost = (part: string, ms: number, detail: string) =>
    fact(`a ${start} run's core-ms: ${part}`, `${(ms / batch.done).toFixed(3)} ms`, detail);
  const { gatewayMs, queueMs, bareMs } = known;
  const serverMs = after.server - before.server;
  return [
    cost("client", batch.cpuMs, ""),
    cost("gateway", gatewayMs * batch.done, "the server's for a request that is refused at its last check"),
    cost("queue", queueMs * batch.done, "put, taken and acknowledged, measured apart"),
    cost("server, the rest", serverMs - (gatewayMs + queueMs) * batch.done, "engine and sandbox, every thread"),
    cost("launcher", after.launcher - before.launcher, "itself, and the supervisor"),
    cost("box", after.children - before.children - batch.programCpuMs, "making and removing it, zygotes included"),
    cost("program", batch.programCpuMs, `as its answer says; bare ${bareMs.toFixed(3)} ms`),
    cost("whole machine", after.busyMs - before.busyMs, "with the kernel's own threads and all other processes"),
  ];
}

async function measureHasty(setup: Setup, start: Start): Promise<Row> {
  const load = await setup.startLoad({ ...setup.pythonHello, body: HASTY_HELLO }, start);
  try {
    const { programCpuMs, done } = requireGood(await load.runs(CLIENTS, RUNS));
    const detail = "of a hello that ends by os._exit(0)";
    return fact(`a ${start} run's core-ms: program, without its end`, `${(programCpuMs / done).toFixed(3)} ms`, detail);
  } finally {
    await load.close();
  }
}

/** Processor time so far, milliseconds. */
async function takeSnapshot({ server, supervisor, launcher }: ServerProcesses) {
  await sleep(SETTLE_MS);
  return {
    server: readCpu(server).cpuMs,
    launcher: readCpu(launcher).cpuMs + readCpu(supervisor).cpuMs,
    children: readCpu(launcher).childCpuMs + sum(findProcesses(server).boxes.map((pid) => readCpu(pid).cpuMs)),
    busyMs: readBusyMs(),
  };
}
