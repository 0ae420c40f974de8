import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The Node that Millrace brings along. */
export const NODE = fileURLToPath(new URL("../../node_modules/node/bin/node", import.meta.url));

/** Smaller than any Node binary, larger than the placeholder that stands there before the package's install script. */
const MIN_NODE_BYTES = 1024 * 1024;

/**
 * Runs `npm ci` unless `node_modules` already holds what `package-lock.json` names.
 * @throws {Error} when npm fails or the `node` package has no binary.
 */
export function installNpmDependencies() {
  if (isUpToDate()) return;
  console.log("setup: installing npm dependencies (npm ci) ...");
  // The engine that npm would check is the one that runs it, not the Node 24 that will run Millrace.
  const npm = spawnSync("npm", ["ci", "--include=dev", "--engine-strict=false", "--loglevel=error"], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (npm.error) throw new Error(`npm cannot be started: ${npm.error.message}`);
  if (npm.status !== 0) throw new Error("npm ci failed; its messages are above");
  if (!hasNodeBinary()) {
    throw new Error(
      "node_modules/node has no Node binary. Its install script fetches it, so npm must be allowed to run it:\n" +
        "  npm ci --ignore-scripts=false",
    );
  }
}

/** Whether every package that the lock file demands is there in that version. */
function isUpToDate() {
  const wanted = readPackages("package-lock.json");
  const installed = readPackages("node_modules/.package-lock.json");
  if (!wanted || !installed || !hasNodeBinary()) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version,
  );
}

/**
 * @param {string} lockFile relative to the repository
 * @returns {Record<string, { version: string, optional?: boolean }> | null} null when there is no such file
 */
function readPackages(lockFile) {
  try {
    return JSON.parse(readFileSync(`${ROOT}/${lockFile}`, "utf8")).packages;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function hasNodeBinary() {
  const stat = statSync(NODE, { throwIfNoEntry: false });
  return stat !== undefined && stat.size > MIN_NODE_BYTES;
}
