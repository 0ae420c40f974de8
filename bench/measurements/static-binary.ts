import { availableParallelism } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../src/config/config.ts";
import { type Driver, startDriver } from "../driver.ts";
import type { Setup } from "../setup.ts";
import { interleave, median, sum } from "../statistics.ts";
import { fact, judged, type Row } from "../table.ts";
import { rateOf, requireGood } from "./batches.ts";

const DRIVER = join(import.meta.dirname, "../sandbox-driver.ts");

const WARM_UP_RUNS = 50;
const LATENCY_ROUNDS = 25;
const LATENCY_BATCH = 10;
const RATE_ROUNDS = 4;
const RATE_MS = 1_000;

const MOST_ADDED_MS = 1;
const LEAST_RATE = 500;

/** A static binary through the sandbox's interface, without HTTP: what a box costs. */
export async function measureStaticBinary(setup: Setup): Promise<Row[]> {
  const bare = setup.startBare({ executable: setup.programs.hello, args: [] });
  try {
    return [
      ...(await withSandbox(setup, "in-tree", (sandbox) => compare("static binary, sandbox", sandbox, bare))),
      ...(await withSandbox(setup, "in-tree", (sandbox) => compareRates(sandbox, bare))),
      ...(await withSandbox(setup, "as-file", (sandbox) => compare("  the same, sent with each run", sandbox, bare))),
    ];
  } finally {
    await bare.close();
  }
}

async function withSandbox(
  setup: Setup,
  delivery: "in-tree" | "as-file",
  use: (sandbox: Driver) => Promise<Row[]>,
): Promise<Row[]> {
  const sandbox = startDriver({ executable: process.execPath, args: [DRIVER, setup.programs.hello, delivery] });
  try {
    requireGood(await sandbox.runs(1, WARM_UP_RUNS));
    return await use(sandbox);
  } finally {
    await sandbox.close();
  }
}

async function compare(what: string, sandbox: Driver, bare: Driver): Promise<Row[]> {
  const { a, b } = await interleave(
    LATENCY_ROUNDS,
    async () => requireGood(await sandbox.runs(1, LATENCY_BATCH)).latenciesMs,
    async () => requireGood(await bare.runs(1, LATENCY_BATCH)).latenciesMs,
  );
  const sandboxMs = median(a.flat());
  const bareMs = median(b.flat());
  return [
    judged({
      what: `${what}: p50 above bare`,
      measured: `${(sandboxMs - bareMs).toFixed(2)} ms`,
      target: `<= ${MOST_ADDED_MS} ms`,
      isMet: sandboxMs - bareMs <= MOST_ADDED_MS,
      detail: `${sandboxMs.toFixed(2)} against ${bareMs.toFixed(2)} ms`,
    }),
  ];
}

async function compareRates(sandbox: Driver, bare: Driver): Promise<Row[]> {
  const { slots } = readConfig([]);
  const processors = availableParallelism();
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
