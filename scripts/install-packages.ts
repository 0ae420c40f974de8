/**
 * Installs the Debian packages of the launcher's compiler and of the languages that this host lacks.
 *
 * Usage: node scripts/install-packages.ts [--no-install] [--for-tests]
 *   --no-install   says what is missing and goes on
 *   --for-tests    and what only tests need
 */
import { installSystemPackages } from "./setup/system-packages.ts";

await installSystemPackages({
  mayInstall: !process.argv.includes("--no-install"),
  isForTests: process.argv.includes("--for-tests"),
});
