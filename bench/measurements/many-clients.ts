import type { Driver } from "../driver.ts";
import type { Start } from "../server.ts";
import { readMetrics } from "../server-metrics.ts";
import type { Setup } from "../setup.ts";
import { interleave, median, percentile, sum } from "../statistics.ts";
import { judged, type Row } from "../table.ts";
import { rateOf, requireGood } from "./batches.ts";

const CLIENTS = 64;
const WARM_UP_MS = 3_000;
const ROUNDS = 5;
const SLICE_MS = 1_500;

const LEAST_RATIO: Readonly<Record<Start, number>> = { cold: 0.65, warm: 1.25 };

const BURST = 200;
const BURSTS = 3;

/** Hello in Python over HTTP by many clients at once, cold and warm, against bare starts on all processors. */
export async function measureManyClients(setup: Setup): Promise<Row[]> {
  const bare = setup.startBare(setup.bareHello);
  const cold = await setup.startLoad(setup.pythonHello, "cold");
  const warm = await setup.startLoad(setup.pythonHello, "warm");
  try {
    return [
      ...(await measureRate(setup, "cold", cold, bare)),
      ...(await measureRate(setup, "warm", warm, bare)),
      await measureBursts(warm),
    ];
  } finally {
    await Promise.all([cold.close(), warm.close(), bare.close()]);
  }
}

async function measureRate(setup: Setup, start: Start, http: Driver, bare: Driver): Promise<Row[]> {
  await http.time(CLIENTS, WARM_UP_MS);
  const { port } = await setup.server(start);
  const warmBefore = await countWarm(port);
  const { a, b } = await interleave(
    ROUNDS,
    () => http.time(CLIENTS, SLICE_MS),
    async () => requireGood(await bare.time(setup.processors, SLICE_MS)),
  );
  const failed = sum(a.map((batch) => batch.failed));
  const done = sum(a.map((batch) => batch.done));
  const httpRates = a.map(rateOf);
  const bareRates = b.map(rateOf);
  const ratio = median(httpRates.map((rate, round) => rate / (bareRates[round] ?? Number.NaN)));
  const latenciesMs = a.flatMap((batch) => batch.latenciesMs);
  return [
    judged({
      what: `python hello, ${start}, ${CLIENTS} clients: failures`,
      measured: `${failed}`,
      target: "0",
      isMet: failed === 0,
      detail: `of ${done}; ${(await countWarm(port)) - warmBefore} began warm`,
    }),
    judged({
      what: `python hello, ${start}, ${CLIENTS} clients: throughput by bare`,
      measured: `${ratio.toFixed(2)} x`,
      target: `>= ${LEAST_RATIO[start]} x`,
      isMet: ratio >= LEAST_RATIO[start],
      detail:
        `${median(httpRates).toFixed(0)} against ${median(bareRates).toFixed(0)} runs/s; answers after ` +
        `${median(latenciesMs).toFixed(0)} ms (p50), ${percentile(latenciesMs, 0.99).toFixed(0)} ms (p99)`,
    }),
  ];
}

async function countWarm(port: number): Promise<number> {
  const metrics = await readMetrics(port);
  return metrics.value("millrace_runs_total", { language: "python", kind: "program", start: "warm" });
}

/** Many requests at one moment, each of another client. */
async function measureBursts(http: Driver): Promise<Row> {
  const batches = [];
  for (let burst = 0; burst < BURSTS; burst++) batches.push(await http.runs(BURST, BURST));
  const failed = sum(batches.map((batch) => batch.failed));
  const latenciesMs = batches.flatMap((batch) => batch.latenciesMs);
  return judged({
    what: `python hello, warm, ${BURST} at one moment: failures`,
    measured: `${failed}`,
    target: "0",
    isMet: failed === 0,
    detail:
      `in ${BURSTS} bursts; answers after ${median(latenciesMs).toFixed(0)} ms (p50), ` +
      `${percentile(latenciesMs, 0.99).toFixed(0)} ms (p99)`,
  });
}
