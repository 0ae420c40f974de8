import type { Setup } from "../setup.ts";
import { interleave, median } from "../statistics.ts";
import { judged, type Row } from "../table.ts";
import { requireGood } from "./batches.ts";

const WARM_UP_RUNS = 100;
const ROUNDS = 50;
const BATCH = 5;

const MOST_RATIO = 1.5;

/** Hello in Python over HTTP by one client, each run started anew, against the same file started by `posix_spawn`. */
export async function measurePythonHello(setup: Setup): Promise<Row[]> {
  const http = await setup.startLoad(setup.pythonHello, "cold");
  const bare = setup.startBare(setup.bareHello);
  try {
    requireGood(await http.runs(1, WARM_UP_RUNS));
    requireGood(await bare.runs(1, BATCH));
    const { a, b } = await interleave(
      ROUNDS,
      async () => requireGood(await http.runs(1, BATCH)).latenciesMs,
      async () => requireGood(await bare.runs(1, BATCH)).latenciesMs,
    );
    const httpMs = median(a.flat());
    const bareMs = median(b.flat());
    return [
      judged({
        what: "python hello, cold, HTTP: p50 by bare",
        measured: `${(httpMs / bareMs).toFixed(2)} x`,
        target: `<= ${MOST_RATIO} x`,
        isMet: httpMs / bareMs <= MOST_RATIO,
        detail: `${httpMs.toFixed(2)} against ${bareMs.toFixed(2)} ms`,
      }),
    ];
  } finally {
    await Promise.all([http.close(), bare.close()]);
  }
}
