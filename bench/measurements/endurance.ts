import { setTimeout as sleep } from "node:timers/promises";
import { findInstance, type Instance } from "../../test/support/instance.ts";
import { findProcesses, type Holdings, readHoldings } from "../processes.ts";
import type { Server } from "../server.ts";
import type { MemoryReport } from "../server-probe.ts";
import type { Setup } from "../setup.ts";
import { fact, judged, type Row } from "../table.ts";
import { requireGood } from "./batches.ts";

const CLIENTS = 16;
const WARM_UP_RUNS = 300;

/** Of boxes and their descriptors, when nothing has come or gone between so many looks. */
const STEADY_LOOKS = 10;
const LOOK_EVERY_MS = 100;
/** After so many looks they are taken as they are. */
const MOST_LOOKS = 300;
/** How often the runs may be made, until as much stands ready after them as before. */
const MOST_TRIES = 3;

const MIB = 1024 * 1024;
/** What may be left of a run is noise of allocators and compiled code: in the server, and in launcher or supervisor. */
const MOST_HEAP_GROWTH_BYTES = 2 * MIB;
const MOST_NATIVE_GROWTH_BYTES = MIB / 4;

/** What stands ready, and has processes and descriptors of its own. */
interface Standing {
  readonly boxes: number;
  readonly zygotes: number;
}

/** A moment of the server and everything below it, at rest. */
interface Snapshot extends Standing {
  readonly server: Holdings & MemoryReport;
  readonly supervisor: Holdings;
  readonly launcher: Holdings;
  readonly processes: number;
}

/**
 * Many runs: what server and launcher hold before and after them. How much stands ready goes by what was asked for, and a lane
 * that is used for the first time gets zygotes, which it keeps; so the runs are made again when there was more after them.
 */
export async function measureEndurance(setup: Setup): Promise<Row[]> {
  const server = await setup.server();
  const instance = findInstance(server.pid);
  const load = await setup.startLoad(setup.pythonHello);
  try {
    requireGood(await load.runs(CLIENTS, WARM_UP_RUNS));
    let before = await takeSnapshot(server, instance);
    for (let tries = 1; ; tries++) {
      const batch = requireGood(await load.runs(CLIENTS, setup.leakRuns));
      const after = await takeSnapshot(server, instance);
      if (isAlike(before, after) || tries === MOST_TRIES) return describeHoldings(batch.done, before, after);
      before = after;
    }
  } finally {
    await load.close();
  }
}

function isAlike(one: Standing, other: Standing): boolean {
  return one.boxes === other.boxes && one.zygotes === other.zygotes;
}

async function takeSnapshot(server: Server, instance: Instance): Promise<Snapshot> {
  await comesToRest(instance);
  const memory = await server.measureMemory();
  const { supervisor, launcher, boxes } = findProcesses(server.pid);
  return {
    server: { ...readHoldings(server.pid), ...memory },
    supervisor: readHoldings(supervisor),
    launcher: readHoldings(launcher),
    processes: boxes.length,
    boxes: instance.countBoxes(),
    zygotes: instance.zygotes().length,
  };
}

/** Waits until the last boxes are removed, and others stand ready for them. */
async function comesToRest(instance: Instance): Promise<void> {
  let last = "";
  let steady = 0;
  for (let looks = 0; looks < MOST_LOOKS && steady < STEADY_LOOKS; looks++) {
    await sleep(LOOK_EVERY_MS);
    const { descriptors } = readHoldings(instance.launcherPid());
    const seen = JSON.stringify([instance.countBoxes(), instance.zygotes().length, descriptors, instance.unrest()]);
    steady = seen === last ? steady + 1 : 0;
    last = seen;
  }
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
    fact(
      `${runs} runs: boxes and zygotes that stand ready`,
      `${after.boxes} and ${after.zygotes}`,
      `${before.boxes} and ${before.zygotes} before`,
    ),
  ];
}
