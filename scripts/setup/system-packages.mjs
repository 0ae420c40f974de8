import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/**
 * What a clone uses of the system: Debian's package and a file that shows it is there, whoever installed it.
 * Fixed paths, not PATH: a version manager's shim there is not what runs programs.
 */
const NEEDS = [
  {
    for: "the launcher",
    packages: ["gcc", "make", "libc6-dev"],
    files: ["/usr/bin/gcc", "/usr/bin/make", "/usr/include/stdio.h"],
  },
  { for: "C", packages: ["gcc", "libc6-dev"], files: ["/usr/bin/gcc", "/usr/include/stdio.h"] },
  { for: "Python", packages: ["python3"], files: ["/usr/bin/python3"] },
  { for: "Java", packages: ["default-jdk-headless"], files: ["/usr/bin/java", "/usr/bin/javac"] },
];

const APT_ENVIRONMENT = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
const APT_OPTIONS = ["-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0"];

/**
 * Installs what is missing after saying what and how big. Where it may not or cannot, it says so and goes on: the server
 * itself says which languages it found and what it cannot do without.
 * @param {{ mayInstall: boolean }} options
 */
export function installSystemPackages({ mayInstall }) {
  const missing = NEEDS.filter((need) => !need.files.every((file) => existsSync(file)));
  if (missing.length === 0) return;

  const packages = [...new Set(missing.flatMap((need) => need.packages))];
  const summary = `${packages.join(" ")} (for ${missing.map((need) => need.for).join(", ")})`;
  if (!existsSync("/usr/bin/apt-get")) {
    console.log(`setup: not found: ${summary}. There is no apt-get here: install what you need of it yourself.`);
  } else if (!mayInstall) {
    console.log(`setup: not installed, as --no-install says: ${summary}`);
  } else if (process.getuid?.() !== 0) {
    console.log(`setup: not installed: ${summary}. As root: apt-get install ${packages.join(" ")}`);
  } else {
    install(packages, summary);
  }
}

/**
 * @param {string[]} packages
 * @param {string} summary
 */
function install(packages, summary) {
  const command = [...APT_OPTIONS, "install", "-y", "--no-install-recommends", ...packages];
  const isInstalled =
    (announce(packages, summary) && apt(command)) ||
    // There are no lists yet, or they name versions that the mirror has replaced since.
    (apt([...APT_OPTIONS, "update"]) && announce(packages, summary) && apt(command));
  if (!isInstalled) console.log(`setup: apt-get could not install ${packages.join(" ")}; going on without.`);
}

/**
 * Says what would be installed and how big it is.
 * @param {string[]} packages
 * @param {string} summary
 * @returns {boolean} whether apt knows a way to install them
 */
function announce(packages, summary) {
  const simulation = capture("apt-get", [
    ...APT_OPTIONS,
    "install",
    "--simulate",
    "--no-install-recommends",
    ...packages,
  ]);
  if (simulation === null) return false;
  const all = simulation.split("\n").flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
  const records = capture("apt-cache", ["show", "--no-all-versions", ...all]) ?? "";
  const sum = (/** @type {RegExp} */ field) =>
    [...records.matchAll(field)].reduce((total, match) => total + Number(match[1]), 0);
  const downloadBytes = sum(/^Size: (\d+)$/gm);
  const diskBytes = sum(/^Installed-Size: (\d+)$/gm) * 1024;
  console.log(`setup: installing ${summary}: ${all.length} Debian packages,`);
  console.log(`  ${megabytes(downloadBytes)} to download, ${megabytes(diskBytes)} on disk. (--no-install declines.)`);
  return true;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {string | null} what it printed; null when it failed
 */
function capture(command, args) {
  const run = spawnSync(command, args, { env: APT_ENVIRONMENT, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return run.status === 0 ? run.stdout : null;
}

/**
 * @param {string[]} args
 * @returns {boolean} whether it succeeded
 */
function apt(args) {
  return spawnSync("apt-get", args, { env: APT_ENVIRONMENT, stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
