/**
 * Fuzzes a server's HTTP side, and the launcher, for a while each, and prints what there was. Ends with status 1 when something was
 * wrong.
 *
 * Usage, as root: npm run fuzz -- [http] [launcher] [--minutes COUNT] [--seed NUMBER]
 */
import { parseArgs } from "node:util";
import { setup } from "../prepare-host.ts";
import { createKeysFile } from "../support/keys.ts";
import { startServer } from "../support/server.ts";
import { type FuzzReport, fuzzHttp } from "./fuzz-http.ts";
import { fuzzLauncher } from "./fuzz-launcher.ts";

type Fuzz = (options: { readonly ms: number; readonly seed: number }) => Promise<FuzzReport>;

const FUZZES: Readonly<Record<string, Fuzz>> = { http: fuzzServer, launcher: fuzzLauncher };

async function fuzzServer(options: { readonly ms: number; readonly seed: number }): Promise<FuzzReport> {
  const keys = createKeysFile();
  const key = await keys.add("fuzz");
  const server = await startServer({ env: { ...keys.env, MILLRACE_LOG: "error" } });
  try {
    return await fuzzHttp(server, { key, ...options });
  } finally {
    await server.stop();
    keys.close();
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0)) throw new RangeError(`--minutes has to be a number above 0, not "${values.minutes}"`);
if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed has to be a whole number, not "${values.seed}"`);
const wanted = positionals.length > 0 ? positionals : Object.keys(FUZZES);

await setup();
for (const name of wanted) {
  const fuzz = FUZZES[name];
  if (fuzz === undefined) throw new RangeError(`"${name}" is neither ${Object.keys(FUZZES).join(" nor ")}`);
  console.log(`${name}: seed ${seed}, ${minutes} minutes`);
  const { counts, findings } = await fuzz({ ms: minutes * 60_000, seed });
  for (const [what, count] of [...counts].sort()) console.log(`${what.padEnd(24)} ${count}`);
  console.log(`${findings.length} findings`);
  for (const finding of findings) console.log(finding);
  if (findings.length > 0) process.exitCode = 1;
}
