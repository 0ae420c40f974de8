import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/**
 * Debian's packages that a clone uses, what for, and a file that shows it is there, whoever installed it.
 * Fixed paths, not PATH: a version manager's shim there is not what runs programs.
 */
const PACKAGES = [
  { name: "gcc", for: "the launcher and C", file: "/usr/bin/gcc" },
  { name: "make", for: "the launcher", file: "/usr/bin/make" },
  { name: "libc6-dev", for: "the launcher and C", file: "/usr/include/stdio.h" },
  { name: "g++", for: "C++", file: "/usr/bin/g++" },
  { name: "python3", for: "Python", file: "/usr/bin/python3" },
  { name: "perl", for: "Perl", file: "/usr/bin/perl" },
  { name: "ruby", for: "Ruby", file: "/usr/bin/ruby" },
  { name: "php-cli", for: "PHP", file: "/usr/bin/php" },
  { name: "php-mbstring", for: "PHP", file: "/usr/share/doc/php-mbstring" },
  { name: "lua5.4", for: "Lua", file: "/usr/bin/lua5.4" },
  { name: "sqlite3", for: "SQL", file: "/usr/bin/sqlite3" },
  { name: "default-jdk-headless", for: "Java", file: "/usr/bin/javac" },
];

const APT_ENVIRONMENT = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
const APT_OPTIONS = ["-qq", "-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0"];

/**
 * Installs what is missing after saying what and how big. Where it may not or cannot, it says so and goes on: the server
 * itself says which languages it found and what it cannot do without.
 * @param {{ mayInstall: boolean }} options
 */
export function installSystemPackages({ mayInstall }) {
  const missing = PACKAGES.filter(({ file }) => !existsSync(file));
  if (missing.length === 0) return;

  const names = missing.map(({ name }) => name);
  const summary = missing.map((wanted) => `${wanted.name} (for ${wanted.for})`).join(", ");
  if (!existsSync("/usr/bin/apt-get")) {
    console.log(`setup: not found: ${summary}. There is no apt-get here: install what you need of it yourself.`);
  } else if (!mayInstall) {
    console.log(`setup: not installed, as --no-install says: ${summary}`);
  } else if (process.getuid?.() !== 0) {
    console.log(`setup: not installed: ${summary}. As root: apt-get install ${names.join(" ")}`);
  } else {
    install(names, summary);
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
