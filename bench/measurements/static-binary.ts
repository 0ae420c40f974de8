import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readConfig } from "../../src/config/config.ts";
import { type Driver, startDriver } from "../driver.ts";
import type { Setup } from "../setup.ts";
import { interleave, median, sum } from "../statistics.ts";
import { fact, judged, type Row } from "../table.ts";
import { rateOf, requireGood } from "./batches.ts";

const DRIVER = join(import.meta.dirname, "../sandbox-driver.ts");

const WARM_UP_RUNS = 50;
const LATENCY_ROUNDS = 200;
/** Long enough for a box to be made in place of the one that was used, milliseconds. */
const REFILL_MS = 15;
const CLOSED_ROUNDS = 8;
const CLOSED_BATCH = 50;
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
      describeBackToBack(await compareBackToBack(sandbox, bare)),
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

/** One run now and then, each of which finds a box that is ready. */
async function compareLatency(sandbox: Driver, bare: Driver): Promise<Latency> {
  const runOnce = async (driver: Driver) => {
    await delay(REFILL_MS);
    return requireGood(await driver.runs(1, 1)).latenciesMs;
  };
  const { a, b } = await interleave(
    LATENCY_ROUNDS,
    () => runOnce(sandbox),
    () => runOnce(bare),
  );
  return { sandboxMs: median(a.flat()), bareMs: median(b.flat()) };
}

/** One run after the other: making the next boxes takes part of the processors from each. */
async function compareBackToBack(sandbox: Driver, bare: Driver): Promise<Latency> {
  const { a, b } = await interleave(
    CLOSED_ROUNDS,
    async () => requireGood(await sandbox.runs(1, CLOSED_BATCH)).latenciesMs,
    async () => requireGood(await bare.runs(1, CLOSED_BATCH)).latenciesMs,
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

function describeBackToBack({ sandboxMs, bareMs }: Latency): Row {
  return fact(
    "  back to back, making boxes included",
    `${(sandboxMs - bareMs).toFixed(2)} ms`,
    `${sandboxMs.toFixed(2)} against ${bareMs.toFixed(2)} ms`,
  );
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
  const { slots } = readConfig().config;
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
