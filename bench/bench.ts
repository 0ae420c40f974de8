/**
 * Measures what docs/performance.md describes, prints one table, and ends with status 1 when a target was missed.
 *
 * Usage, as root: npm run bench -- [--only NAME]... [--language ID]... [--runs COUNT]
 */
import { parseArgs } from "node:util";
import { measureCosts } from "./measurements/costs.ts";
import { measureEndurance } from "./measurements/endurance.ts";
import { measureEventLoop } from "./measurements/event-loop.ts";
import { measureIdle } from "./measurements/idle.ts";
import { measureLanguages } from "./measurements/languages.ts";
import { measureManyClients } from "./measurements/many-clients.ts";
import { measurePythonHello } from "./measurements/python-hello.ts";
import { measureStaticBinary } from "./measurements/static-binary.ts";
import { measureSustained } from "./measurements/sustained.ts";
import { measureTelemetry } from "./measurements/telemetry.ts";
import { createSetup, type Setup } from "./setup.ts";
import { formatTable, type Row } from "./table.ts";

const MEASUREMENTS: Readonly<Record<string, (setup: Setup) => Promise<Row[]>>> = {
  sandbox: measureStaticBinary,
  http: measurePythonHello,
  languages: measureLanguages,
  clients: measureManyClients,
  sustained: measureSustained,
  costs: measureCosts,
  loop: measureEventLoop,
  telemetry: measureTelemetry,
  idle: measureIdle,
  runs: measureEndurance,
};

if (process.getuid?.() !== 0) throw new Error("The benchmark has to run as root (try sudo): it makes boxes");
const { only, language, runs } = readArguments();
const setup = await createSetup({ leakRuns: runs, onlyLanguages: language });
const rows: Row[] = [];
try {
  for (const name of only) {
    console.error(`measuring: ${name}`);
    rows.push(...((await MEASUREMENTS[name]?.(setup)) ?? []));
  }
} finally {
  await setup.close();
  console.log(formatTable(rows));
}
process.exitCode = rows.some(({ isMet }) => isMet === false) ? 1 : 0;

function readArguments(): {
  readonly only: readonly string[];
  readonly language: readonly string[];
  readonly runs: number;
} {
  const names = Object.keys(MEASUREMENTS);
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: names },
      language: { type: "string", multiple: true, default: [] },
      runs: { type: "string", default: "1000" },
    },
  });
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new RangeError(`There is no measurement "${unknown}"; there are ${names.join(", ")}`);
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1 || runs > 1_000_000) {
    throw new RangeError(`--runs has to be a whole number from 1 to 1,000,000, not "${values.runs}"`);
  }
  return { only: values.only, language: values.language, runs };
}
