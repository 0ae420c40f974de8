import { setTimeout as sleep } from "node:timers/promises";
import { findProcesses, type Holdings, readHoldings, type ServerProcesses } from "../processes.ts";
import type { Server } from "../server.ts";
import type { MemoryReport } from "../server-probe.ts";
import type { Setup } from "../setup.ts";
import { fact, judged, type Row } from "../table.ts";
import { requireGood } from "./batches.ts";

const CLIENTS = 16;
const WARM_UP_RUNS = 300;
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
}

/** Many runs: what server and launcher hold before and after them. */
export async function measureEndurance(setup: Setup): Promise<Row[]> {
  const server = await setup.server();
  const load = await setup.startLoad(setup.pythonHello);
  try {
    requireGood(await load.runs(CLIENTS, WARM_UP_RUNS));
    const processes = findProcesses(server.pid);
    const before = await takeSnapshot(server, processes);
    const batch = requireGood(await load.runs(CLIENTS, setup.leakRuns));
    return describeHoldings(batch.done, before, await takeSnapshot(server, processes));
  } finally {
    await load.close();
  }
}

async function takeSnapshot(server: Server, { supervisor, launcher }: ServerProcesses): Promise<Snapshot> {
  await sleep(SETTLE_MS);
  const memory = await server.measureMemory();
  return {
    server: { ...readHoldings(server.pid), ...memory },
    supervisor: readHoldings(supervisor),
    launcher: readHoldings(launcher),
    processes: findProcesses(server.pid).boxes.length,
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
