import { loadLanguages } from "../../src/main/load-languages.ts";
import type { Start } from "../server.ts";
import type { Setup } from "../setup.ts";
import { interleave, median } from "../statistics.ts";
import { fact, judged, type Row } from "../table.ts";
import { rateOf, requireGood } from "./batches.ts";

/** Their interpreters boot in the box, so that each warm run has cost all that a cold one does, ahead of it. */
const LANGUAGES = ["javascript", "java"];

const CLIENTS = 16;
const WARM_UP_MS = 2_000;
const ROUNDS = 4;
const SLICE_MS = 2_000;

/** What is within this share of cold is the same: rounds differ by as much. */
const NOISE = 0.03;

/** Runs in a second of many clients, booted ahead against each started anew: booting ahead must not cost throughput. */
export async function measureSustained(setup: Setup): Promise<Row[]> {
  const languages = await loadLanguages({ folder: null, only: LANGUAGES });
  const rows: Row[] = [];
  for (const { id, isAvailable } of languages.list()) {
    if (!LANGUAGES.includes(id)) continue;
    if (isAvailable) rows.push(await measureLanguage(setup, id, languages.find(id).manifest.hello));
    else rows.push(fact(`${id} hello, ${CLIENTS} clients`, "not here"));
  }
  return rows;
}

async function measureLanguage(setup: Setup, language: string, body: string): Promise<Row> {
  const target = { path: `/lang/${language}`, body, status: 200, answer: "Hello, world!\n" };
  const start = (kind: Start) => setup.startLoad(target, kind);
  const [warm, cold] = [await start("warm"), await start("cold")];
  try {
    requireGood(await warm.time(CLIENTS, WARM_UP_MS));
    requireGood(await cold.time(CLIENTS, WARM_UP_MS));
    const { a, b } = await interleave(
      ROUNDS,
      async () => rateOf(requireGood(await warm.time(CLIENTS, SLICE_MS))),
      async () => rateOf(requireGood(await cold.time(CLIENTS, SLICE_MS))),
    );
    const ratio = median(a.map((rate, round) => rate / (b[round] ?? Number.NaN)));
    return judged({
      what: `${language} hello, ${CLIENTS} clients: throughput, warm by cold`,
      measured: `${ratio.toFixed(2)} x`,
      target: `>= ${1 - NOISE} x`,
      isMet: ratio >= 1 - NOISE,
      detail: `${median(a).toFixed(1)} against ${median(b).toFixed(1)} runs/s`,
    });
  } finally {
    await Promise.all([warm.close(), cold.close()]);
  }
}
