import { setTimeout as delay } from "node:timers/promises";
import type { Driver } from "../driver.ts";
import type { Setup } from "../setup.ts";
import { interleave, median } from "../statistics.ts";
import { judged, type Row } from "../table.ts";
import { requireGood } from "./batches.ts";

/** Until the code of all processes is compiled, and the interpreters stand ready. */
const WARM_UP_RUNS = 2_000;
const ROUNDS = 200;

/** What the last run left to be cleared up, and made anew, is done by then, milliseconds. */
const PAUSE_MS = 10;

/** A node is known to the others by then, milliseconds. */
const ACQUAINTANCE_MS = 3_000;

const MOST_MORE_MS = 1;

/** Hello in Python over HTTP by one client, at rest: by a gateway and a worker that meet at a NATS server, against one process. */
export async function measureNatsRun(setup: Setup): Promise<Row[]> {
  const nats = await setup.startLoad(setup.pythonHello, "nats");
  const alone = await setup.startLoad(setup.pythonHello);
  try {
    await delay(ACQUAINTANCE_MS);
    for (const driver of [nats, alone]) requireGood(await driver.runs(1, WARM_UP_RUNS));
    const { a, b } = await interleave(ROUNDS, rest(nats), rest(alone));
    const natsMs = median(a.flat());
    const aloneMs = median(b.flat());
    return [
      judged({
        what: "python hello, HTTP, over NATS: p50 above one process",
        measured: `${(natsMs - aloneMs).toFixed(2)} ms`,
        target: `<= ${MOST_MORE_MS} ms`,
        isMet: natsMs - aloneMs <= MOST_MORE_MS,
        detail: `${natsMs.toFixed(2)} against ${aloneMs.toFixed(2)} ms`,
      }),
    ];
  } finally {
    await Promise.all([nats.close(), alone.close()]);
  }
}

function rest(driver: Driver): () => Promise<readonly number[]> {
  return async () => {
    await delay(PAUSE_MS);
    return requireGood(await driver.runs(1, 1)).latenciesMs;
  };
}
