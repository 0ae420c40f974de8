/**
 * Makes a clone ready to run: npm's dependencies (Node 24 among them), and on Debian and Ubuntu as root the packages
 * of the compiler and the languages.
 *
 * Usage: node scripts/setup.mjs [--npm-only] [--no-install]
 *   --npm-only     only npm's dependencies
 *   --no-install   no system packages: says what is missing and goes on
 *
 * Plain JavaScript for Node 18 and newer, with no dependency: it is what runs before anything is there.
 */
import { installNpmDependencies } from "./setup/npm-dependencies.mjs";
import { installSystemPackages } from "./setup/system-packages.mjs";

const flags = new Set(process.argv.slice(2));

try {
  installNpmDependencies();
  if (!flags.has("--npm-only")) {
    installSystemPackages({ mayInstall: !flags.has("--no-install") });
  }
} catch (error) {
  console.error(`setup: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
