/**
 * Fuzzes a server's HTTP side for a while and prints which answers there were. Ends with status 1 when something was wrong.
 *
 * Usage, as root: npm run fuzz -- [--minutes COUNT] [--seed NUMBER]
 */
import { parseArgs } from "node:util";
import { setup } from "../prepare-host.ts";
import { createKeysFile } from "../support/keys.ts";
import { startServer } from "../support/server.ts";
import { fuzzHttp } from "./fuzz-http.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0)) throw new RangeError(`--minutes has to be a number above 0, not "${values.minutes}"`);
if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed has to be a whole number, not "${values.seed}"`);

await setup();
const keys = createKeysFile();
const key = await keys.add("fuzz");
const server = await startServer({ env: { ...keys.env, MILLRACE_LOG: "error" } });
try {
  console.log(`seed ${seed}, ${minutes} minutes`);
  const { counts, findings } = await fuzzHttp(server, { key, ms: minutes * 60_000, seed });
  for (const [answer, count] of [...counts].sort()) console.log(`${answer.padEnd(24)} ${count}`);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${total} answers, ${findings.length} findings`);
  for (const finding of findings) console.log(finding);
  process.exitCode = findings.length > 0 ? 1 : 0;
} finally {
  await server.stop();
  keys.close();
}
