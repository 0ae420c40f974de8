/**
 * Runs every static check at once. Prints one line each, and the whole output of those that fail.
 *
 * Usage: npm run check
 */
import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";
import { text } from "node:stream/consumers";

const CHECKS: Readonly<Record<string, readonly string[]>> = {
  "format and lint": ["node_modules/.bin/biome", "check", "--error-on-warnings"],
  imports: [process.execPath, "scripts/check-imports.ts"],
  "API document": [process.execPath, "scripts/openapi.ts", "--check"],
  types: ["node_modules/.bin/tsc", "-p", "."],
  "dead code": [process.execPath, "node_modules/.bin/knip"],
};

const results = await Promise.all(Object.entries(CHECKS).map(([name, command]) => runCheck(name, command)));
const failed = results.filter((isGood) => !isGood).length;
if (failed > 0) console.log(`\n${failed} of ${results.length} checks failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function runCheck(name: string, [executable = "", ...args]: readonly string[]): Promise<boolean> {
  const startedAt = performance.now();
  const child = spawn(executable, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<boolean>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
  const [isGood, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${isGood ? "ok    " : "FAILED"} ${name} (${seconds} s)${isGood ? "" : `\n${stdout}${stderr}`}`);
  return isGood;
}
