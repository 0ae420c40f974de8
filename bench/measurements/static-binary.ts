import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readConfig } from "../../src/config/config.ts";
import { type Driver, startDriver } from "../driver.ts";
import type { Setup } from "../setup.ts";
import { interleave, median, sum } from "../statistics.ts";
import { fact, judged, type Row } from "../table.ts";
import { rateOf, requireGood } from "./batches.ts";

const DRIVER = join(import.meta.dirname, "../sandbox-driver.ts");

const WARM_UP_RUNS = 50;
const LATENCY_ROUNDS = 50;
const LATENCY_BATCH = 5;
const RATE_ROUNDS = 4;
const RATE_MS = 1_000;

const MOST_ADDED_MS = 1;
const LEAST_RATE = 500;

/** A static binary through the sandbox's interface, without HTTP: what a box costs. */
export async function measureStaticBinary(setup: Setup): Promise<Row[]> {
  const bare = setup.startBare({ executable: setup.programs.hello, args: [] });
  try {
    const inTree = await withSandbox(setup, "in-tree", async (sandbox) => [
      describeLatency(await compareLatency(sandbox, bare)),
      ...(await compareRates(sandbox, bare, setup.processors)),
    ]);
    const asFile = await withSandbox(setup, "as-file", (sandbox) => compareLatency(sandbox, bare));
    return [...inTree, describeDelivery(asFile, await sizeOf(setup.programs.hello))];
  } finally {
    await bare.close();
  }
}

async function withSandbox<Result>(
  setup: Setup,
  delivery: "in-tree" | "as-file",
  use: (sandbox: Driver) => Promise<Result>,
): Promise<Result> {
  const sandbox = startDriver({ executable: process.execPath, args: [DRIVER, setup.programs.hello, delivery] });
  try {
    requireGood(await sandbox.runs(1, WARM_UP_RUNS));
    return await use(sandbox);
  } finally {
    await sandbox.close();
  }
}

/** Medians, milliseconds. */
interface Latency {
  readonly sandboxMs: number;
  readonly bareMs: number;
}

async function compareLatency(sandbox: Driver, bare: Driver): Promise<Latency> {
  const { a, b } = await interleave(
    LATENCY_ROUNDS,
    async () => requireGood(await sandbox.runs(1, LATENCY_BATCH)).latenciesMs,
    async () => requireGood(await bare.runs(1, LATENCY_BATCH)).latenciesMs,
  );
  return { sandboxMs: median(a.flat()), bareMs: median(b.flat()) };
}

function describeLatency({ sandboxMs, bareMs }: Latency): Row {
  return judged({
    what: "static binary, sandbox: p50 above bare",
    measured: `${(sandboxMs - bareMs).toFixed(2)} ms`,
    target: `<= ${MOST_ADDED_MS} ms`,
    isMet: sandboxMs - bareMs <= MOST_ADDED_MS,
    detail: `${sandboxMs.toFixed(2)} against ${bareMs.toFixed(2)} ms`,
  });
}

/** A run that brings its binary along pays for the bytes on their way into the box. */
function describeDelivery({ sandboxMs, bareMs }: Latency, bytes: number): Row {
  return fact(
    `  with its ${Math.round(bytes / 1024)} KiB sent along`,
    `${(sandboxMs - bareMs).toFixed(2)} ms`,
    `${sandboxMs.toFixed(2)} against ${bareMs.toFixed(2)} ms`,
  );
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}

async function compareRates(sandbox: Driver, bare: Driver, processors: number): Promise<Row[]> {
  const { slots } = readConfig([]);
  const { a, b } = await interleave(
    RATE_ROUNDS,
    async () => rateOf(await sandbox.time(slots, RATE_MS)),
    async () => rateOf(await bare.time(processors, RATE_MS)),
  );
  const sandboxRate = sum(a) / a.length;
  const bareRate = sum(b) / b.length;
  return [
    judged({
      what: `static binary, sandbox: ${slots} at once`,
      measured: `${sandboxRate.toFixed(0)} runs/s`,
      target: `>= ${LEAST_RATE} runs/s`,
      isMet: sandboxRate >= LEAST_RATE,
      detail: `rounds: ${a.map((rate) => rate.toFixed(0)).join(", ")}`,
    }),
    fact("static binary, bare: all processors", `${bareRate.toFixed(0)} runs/s`),
  ];
}
