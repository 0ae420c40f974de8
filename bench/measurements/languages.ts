import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LanguageRegistry } from "../../src/languages/registry.ts";
import type { Toolchain } from "../../src/languages/toolchain.ts";
import { loadLanguages } from "../../src/main/load-languages.ts";
import type { Driver } from "../driver.ts";
import { readMetrics } from "../server-metrics.ts";
import type { Setup } from "../setup.ts";
import { median } from "../statistics.ts";
import { fact, judged, type Row } from "../table.ts";
import { requireGood } from "./batches.ts";
import { type Bare, LANGUAGE_ROWS, type LanguageRow } from "./language-rows.ts";

/** Runs that are not measured: they are what the boxes and interpreters are made ready for. */
const WARM_UP_ROUNDS = 6;
/** Measured until there are enough, or the time is up; in no case fewer than the least. */
const LEAST_ROUNDS = 7;
const MOST_ROUNDS = 60;
const LANGUAGE_MS = 4_000;

const SETTLE_TIMEOUT_MS = 20_000;

const ANSWER = "Hello, world!\n";

/** Hello in every language over HTTP, one client, with all that stands ready when a request comes, against the bare command. */
export async function measureLanguages(setup: Setup): Promise<Row[]> {
  const wanted = LANGUAGE_ROWS.filter(
    ({ language }) => setup.onlyLanguages.length === 0 || setup.onlyLanguages.includes(language),
  );
  const languages = await loadLanguages({ folder: null, only: wanted.map(({ language }) => language) });
  const rows: Row[] = [];
  for (const row of wanted) rows.push(...(await measureLanguage(setup, row, languages)));
  return rows;
}

async function measureLanguage(setup: Setup, row: LanguageRow, languages: LanguageRegistry): Promise<Row[]> {
  const { language, mostCached } = row;
  const isHere = languages.list().some(({ id, isAvailable }) => id === language && isAvailable);
  if (!isHere) return [fact(`${language} hello, HTTP`, "not here")];
  const toolchain = languages.find(language);
  const program = row.program ?? toolchain.manifest.hello;
  const bare = await startBare(setup, row, toolchain, program);
  const request = { path: `/lang/${language}`, status: 200, answer: ANSWER };
  const fresh = await setup.startLoad({ ...request, body: `${program}${row.stamp}\n` });
  const again = mostCached === undefined ? null : await setup.startLoad({ ...request, body: program });
  try {
    const drivers = [bare, fresh, ...(again === null ? [] : [again])];
    const { port } = await setup.server();
    await measureRounds(port, drivers, { least: WARM_UP_ROUNDS, most: WARM_UP_ROUNDS });
    const before = await countStarts(port, language);
    const [bareMs = [], freshMs = [], againMs = []] = await measureRounds(port, drivers, {
      least: LEAST_ROUNDS,
      most: MOST_ROUNDS,
    });
    const starts = describeStarts(before, await countStarts(port, language));
    return [
      compare(`${language} hello, HTTP`, freshMs, bareMs, row.most, starts),
      ...(mostCached === undefined
        ? []
        : [compare(`${language} hello, HTTP, cached`, againMs, bareMs, mostCached, "")]),
    ];
  } finally {
    await Promise.all([bare.close(), fresh.close(), again?.close()]);
  }
}

async function startBare(setup: Setup, row: LanguageRow, toolchain: Toolchain, program: string): Promise<Driver> {
  const directory = join(setup.directory, row.language);
  await mkdir(directory);
  const file = toolchain.manifest.mainFile.default;
  await writeFile(join(directory, file), `${program}${row.stamp}\n`);
  const executable = onHost(toolchain);
  const bare: Bare = { executable, home: dirname(dirname(executable)), file };
  const [[start = "", ...args], ...then] = row.bare(bare);
  return setup.startBare({
    executable: start,
    args,
    then,
    stamped: join(directory, file),
    cwd: directory,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: directory, LANG: "C.UTF-8", ...row.env },
  });
}

/** The file of this host that a box shows where the toolchain's executable is. */
function onHost({ executable, trees }: Toolchain): string {
  return trees.find(({ path }) => path === executable)?.source ?? executable;
}

/** Lets each do one run in turn, when nothing is being made or removed; who is first changes from round to round. */
async function measureRounds(
  port: number,
  drivers: readonly Driver[],
  { least, most }: { readonly least: number; readonly most: number },
): Promise<number[][]> {
  const latenciesMs: number[][] = drivers.map(() => []);
  const deadlineMs = performance.now() + LANGUAGE_MS;
  for (let round = 0; round < most && (round < least || performance.now() < deadlineMs); round++) {
    for (let turn = 0; turn < drivers.length; turn++) {
      const which = (round + turn) % drivers.length;
      await untilSettled(port);
      const batch = requireGood(await (drivers[which] as Driver).runs(1, 1));
      latenciesMs[which]?.push(...batch.latenciesMs);
    }
  }
  return latenciesMs;
}

/** All boxes and interpreters that the server wants to have ready are. */
async function untilSettled(port: number): Promise<void> {
  const deadlineMs = performance.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const metrics = await readMetrics(port);
    const busy = ["making", "used", "leaving"].filter((state) => metrics.value("millrace_boxes", { state }) > 0);
    if (busy.length === 0) return;
    if (performance.now() > deadlineMs) throw new Error(`Boxes do not come to rest: ${busy.join(", ")}`);
  }
}

const STARTS = ["cold", "warm", "cached"] as const;

type Starts = readonly { readonly text: string; readonly count: number }[];

/** How runs of the language began so far, those of its compiler apart. */
async function countStarts(port: number, language: string): Promise<Starts> {
  const metrics = await readMetrics(port);
  return ["compile", "program"].flatMap((kind) =>
    STARTS.map((start) => ({
      text: kind === "compile" ? `compile ${start}` : start,
      count: metrics.value("millrace_runs_total", { language, kind, start }),
    })),
  );
}

function describeStarts(before: Starts, after: Starts): string {
  const grown = after.map(({ text, count }, index) => ({ text, count: count - (before[index]?.count ?? 0) }));
  return grown.flatMap(({ text, count }) => (count > 0 ? [`${count} ${text}`] : [])).join(", ");
}

function compare(what: string, ms: readonly number[], bareMs: readonly number[], most: number, detail: string): Row {
  const ratio = median(ms) / median(bareMs);
  return judged({
    what: `${what}: p50 by bare`,
    measured: `${ratio.toFixed(3)} x`,
    target: `<= ${most} x`,
    isMet: ratio <= most,
    detail: `${median(ms).toFixed(2)} against ${median(bareMs).toFixed(2)} ms${detail && `; ${detail}`}`,
  });
}
