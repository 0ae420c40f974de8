/**
 * Makes a clone ready to run: npm's dependencies (Node 24 among them), and on Debian and Ubuntu as root the packages
 * of the compiler and the languages.
 *
 * Usage: node scripts/setup.mjs [--npm-only] [--no-install] [--for-tests]
 *   --npm-only     only npm's dependencies
 *   --no-install   no system packages: says what is missing and goes on
 *   --for-tests    what only tests need, too
 *
 * Plain JavaScript for Node 18 and newer, with no dependency: it is what runs before anything is there.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installNpmDependencies, NODE } from "./setup/npm-dependencies.mjs";

const flags = new Set(process.argv.slice(2));

try {
  installNpmDependencies();
  if (!flags.has("--npm-only")) {
    const script = fileURLToPath(new URL("install-packages.ts", import.meta.url));
    const options = ["--no-install", "--for-tests"].filter((flag) => flags.has(flag));
    // From here on there is the Node that reads TypeScript: which packages are wanted stands in the languages' manifests.
    const { status } = spawnSync(NODE, [script, ...options], { stdio: "inherit" });
    if (status !== 0) throw new Error("the system packages could not be looked after; the reason is above");
  }
} catch (error) {
  console.error(`setup: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
