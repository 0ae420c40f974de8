import { setTimeout as sleep } from "node:timers/promises";
import type { Batch } from "../driver.ts";
import { findProcesses, type Holdings, readBusyMs, readCpu, readHoldings, type ServerProcesses } from "../processes.ts";
import type { Server } from "../server.ts";
import type { MemoryReport } from "../server-probe.ts";
import type { Setup } from "../setup.ts";
import { sum } from "../statistics.ts";
import { fact, judged, type Row } from "../table.ts";
import { requireGood } from "./batches.ts";

const CLIENTS = 16;
const WARM_UP_RUNS = 300;
const BARE_RUNS = 60;
/** How long the last boxes may take to be removed and replaced, milliseconds. */
const SETTLE_MS = 1_000;

const MIB = 1024 * 1024;
/** What may be left of a run is noise of allocators and compiled code: in the server, and in launcher or supervisor. */
const MOST_HEAP_GROWTH_BYTES = 2 * MIB;
const MOST_NATIVE_GROWTH_BYTES = MIB / 4;

/** A moment of the server and everything below it. */
interface Snapshot {
  readonly server: Holdings & MemoryReport;
  readonly supervisor: Holdings;
  readonly launcher: Holdings;
  readonly processes: number;
  readonly cpu: { readonly server: number; readonly launcher: number; readonly children: number };
  readonly busyMs: number;
}

/** Many runs: what server and launcher hold before and after them, and where the processor time goes. */
export async function measureEndurance(setup: Setup): Promise<Row[]> {
  const server = await setup.server();
  const load = await setup.startLoad(setup.pythonHello);
  const bare = setup.startBare(setup.bareHello);
  const measureBare = async () => requireGood(await bare.runs(setup.processors, BARE_RUNS));
  try {
    requireGood(await load.runs(CLIENTS, WARM_UP_RUNS));
    const processes = findProcesses(server.pid);
    const bareBatches = [await measureBare()];
    const before = await takeSnapshot(server, processes);
    const batch = requireGood(await load.runs(CLIENTS, setup.leakRuns));
    const after = await takeSnapshot(server, processes);
    bareBatches.push(await measureBare());
    return [...describeHoldings(batch.done, before, after), ...describeCosts(batch, bareBatches, before, after)];
  } finally {
    await Promise.all([load.close(), bare.close()]);
  }
}

async function takeSnapshot(server: Server, { supervisor, launcher }: ServerProcesses): Promise<Snapshot> {
  await sleep(SETTLE_MS);
  const cpu = {
    server: readCpu(server.pid).cpuMs,
    launcher: readCpu(launcher).cpuMs + readCpu(supervisor).cpuMs,
    children: readCpu(launcher).childCpuMs,
  };
  const busyMs = readBusyMs();
  const memory = await server.measureMemory();
  return {
    server: { ...readHoldings(server.pid), ...memory },
    supervisor: readHoldings(supervisor),
    launcher: readHoldings(launcher),
    processes: findProcesses(server.pid).boxes.length,
    cpu,
    busyMs,
  };
}

function describeHoldings(runs: number, before: Snapshot, after: Snapshot): Row[] {
  const mib = (bytes: number) => (bytes / MIB).toFixed(2);
  const grown = (what: string, from: number, to: number, most: number) =>
    judged({
      what: `${runs} runs: ${what}`,
      measured: `${to >= from ? "+" : ""}${mib(to - from)} MiB`,
      target: `<= ${mib(most)} MiB`,
      isMet: to - from <= most,
      detail: `${mib(from)} before, ${mib(to)} after`,
    });
  const same = (what: string, from: number, to: number) =>
    judged({
      what: `${runs} runs: ${what}`,
      measured: `${to >= from ? "+" : ""}${to - from}`,
      target: "<= 0",
      isMet: to <= from,
      detail: `${from} before, ${to} after`,
    });
  const held = ({ heapBytes, externalBytes }: MemoryReport) => heapBytes + externalBytes;
  return [
    grown("server, objects after a collection", held(before.server), held(after.server), MOST_HEAP_GROWTH_BYTES),
    fact(
      `${runs} runs: server, resident`,
      `+${mib(after.server.residentBytes - before.server.residentBytes)} MiB`,
      `${mib(before.server.residentBytes)} before, ${mib(after.server.residentBytes)} after`,
    ),
    grown("launcher, resident", before.launcher.residentBytes, after.launcher.residentBytes, MOST_NATIVE_GROWTH_BYTES),
    grown(
      "supervisor, resident",
      before.supervisor.residentBytes,
      after.supervisor.residentBytes,
      MOST_NATIVE_GROWTH_BYTES,
    ),
    same("server, descriptors", before.server.descriptors, after.server.descriptors),
    same("launcher, descriptors", before.launcher.descriptors, after.launcher.descriptors),
    same("supervisor, descriptors", before.supervisor.descriptors, after.supervisor.descriptors),
    same("processes below the launcher", before.processes, after.processes),
  ];
}

/** Core-milliseconds of a run: time in which a core could do nothing else. */
function describeCosts(batch: Batch, bare: readonly Batch[], before: Snapshot, after: Snapshot): Row[] {
  const cost = (part: string, ms: number, detail: string) =>
    fact(`a run's core-ms: ${part}`, `${(ms / batch.done).toFixed(3)} ms`, detail);
  const bareMs = sum(bare.map(({ programCpuMs }) => programCpuMs)) / sum(bare.map(({ done }) => done));
  const children = after.cpu.children - before.cpu.children;
  return [
    cost("client", batch.cpuMs, ""),
    cost("server", after.cpu.server - before.cpu.server, "every thread of it"),
    cost("launcher", after.cpu.launcher - before.cpu.launcher, "itself, and the supervisor"),
    cost("boxes", children - batch.programCpuMs, "making and removing them"),
    cost("program", batch.programCpuMs, `as its answer says; bare ${bareMs.toFixed(3)} ms`),
    cost("whole machine", after.busyMs - before.busyMs, "with the kernel's own threads and all other processes"),
  ];
}
