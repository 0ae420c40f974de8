import type { Setup } from "../setup.ts";
import { interleave, median, percentile, sum } from "../statistics.ts";
import { judged, type Row } from "../table.ts";
import { rateOf, requireGood } from "./batches.ts";

const CLIENTS = 64;
const WARM_UP_MS = 1_000;
const ROUNDS = 5;
const SLICE_MS = 2_000;

const LEAST_RATIO = 0.65;

/** Hello in Python over HTTP by many clients at once, against bare starts on all processors. */
export async function measureManyClients(setup: Setup): Promise<Row[]> {
  const http = await setup.startLoad(setup.pythonHello);
  const bare = setup.startBare(setup.bareHello);
  try {
    await http.time(CLIENTS, WARM_UP_MS);
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
        what: `python hello, ${CLIENTS} clients: failures`,
        measured: `${failed}`,
        target: "0",
        isMet: failed === 0,
        detail: `of ${done}`,
      }),
      judged({
        what: `python hello, ${CLIENTS} clients: throughput by bare`,
        measured: `${ratio.toFixed(2)} x`,
        target: `>= ${LEAST_RATIO} x`,
        isMet: ratio >= LEAST_RATIO,
        detail:
          `${median(httpRates).toFixed(0)} against ${median(bareRates).toFixed(0)} runs/s; answers after ` +
          `${median(latenciesMs).toFixed(0)} ms (p50), ${percentile(latenciesMs, 0.99).toFixed(0)} ms (p99)`,
      }),
    ];
  } finally {
    await Promise.all([http.close(), bare.close()]);
  }
}
