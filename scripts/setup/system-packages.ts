import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findMissingLanguages } from "../../src/languages/missing-languages.ts";
import { LANGUAGES_DIRECTORY, OWN_PLACES } from "../../src/main/package-files.ts";

/** Packages of Debian, and what for. */
interface Wanted {
  readonly packages: readonly string[];
  readonly purpose: string;
}

/**
 * What the launcher is made with, and a file that shows it is there, whoever installed it. Fixed paths, not PATH: a version
 * manager's shim there is not what compiles it.
 */
const LAUNCHER_NEEDS = [
  { name: "gcc", file: "/usr/bin/gcc" },
  { name: "make", file: "/usr/bin/make" },
  { name: "libc6-dev", file: "/usr/include/stdio.h" },
];

/** Without it C and C++ are linked by gcc's own linker, which takes longer. */
const LINKER = [{ name: "mold", file: "/usr/libexec/mold/ld" }];

/** What tests compile the launcher with for arm64, and run what of it needs no box. Without, they are skipped. */
const TEST_NEEDS = [
  { name: "gcc-aarch64-linux-gnu", file: "/usr/bin/aarch64-linux-gnu-gcc" },
  { name: "libc6-dev-arm64-cross", file: "/usr/aarch64-linux-gnu/include/stdio.h" },
  { name: "qemu-user", file: "/usr/bin/qemu-aarch64" },
];

/** What gives an ordinary user's server its ids. */
const ROOTLESS_NEEDS = [{ name: "uidmap", file: "/usr/bin/newuidmap" }];

/** What nodes meet at in tests: a single server needs no broker. */
const BROKER_NEEDS = [{ name: "nats-server", file: "/usr/sbin/nats-server" }];

const APT_ENVIRONMENT = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
const APT_OPTIONS = ["-qq", "-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0"];

/**
 * Installs what is missing after saying what and how big. Where it may not or cannot, it says so and goes on: the server
 * itself says which languages it found and what it cannot do without.
 * @param options.isForTests whether to see to what only tests need as well.
 */
export async function installSystemPackages(options: {
  readonly mayInstall: boolean;
  readonly isForTests: boolean;
}): Promise<void> {
  provide(await findMissing(), options.mayInstall);
  provide(lacking(LINKER, "links in half the time"), options.mayInstall);
  if (!options.isForTests) return;
  provide(lacking(BROKER_NEEDS, "tests of many nodes"), options.mayInstall);
  provide(lacking(ROOTLESS_NEEDS, "tests of a server that no root has started"), options.mayInstall);
  provide(lacking(TEST_NEEDS, "tests of another processor's build"), options.mayInstall);
}

function provide(missing: readonly Wanted[], mayInstall: boolean): void {
  if (missing.length === 0) return;

  const names = [...new Set(missing.flatMap(({ packages }) => packages))];
  const summary = missing.map(({ packages, purpose }) => `${packages.join(", ")} (for ${purpose})`).join(", ");
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

async function findMissing(): Promise<Wanted[]> {
  const languages = await findMissingLanguages({ ...OWN_PLACES, directory: LANGUAGES_DIRECTORY });
  return [
    ...lacking(LAUNCHER_NEEDS, "the launcher"),
    ...languages.map(({ name, debianPackages }) => ({ packages: debianPackages, purpose: name })),
  ];
}

function lacking(needs: typeof LAUNCHER_NEEDS, purpose: string): Wanted[] {
  const packages = needs.filter(({ file }) => !existsSync(file)).map(({ name }) => name);
  return packages.length > 0 ? [{ packages, purpose }] : [];
}

function install(packages: readonly string[], summary: string): void {
  const command = [...APT_OPTIONS, "install", "-y", "--no-install-recommends", ...packages];
  const isInstalled =
    (announce(packages, summary) && apt(command)) ||
    // There are no lists yet, or they name versions that the mirror has replaced since.
    (apt([...APT_OPTIONS, "update"]) && announce(packages, summary) && apt(command));
  if (!isInstalled) console.log(`setup: apt-get could not install ${packages.join(" ")}; going on without.`);
}

/**
 * Says what would be installed and how big it is.
 * @returns whether apt knows a way to install them.
 */
function announce(packages: readonly string[], summary: string): boolean {
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
  const sum = (field: RegExp) => [...records.matchAll(field)].reduce((total, match) => total + Number(match[1]), 0);
  const downloadBytes = sum(/^Size: (\d+)$/gm);
  const diskBytes = sum(/^Installed-Size: (\d+)$/gm) * 1024;
  console.log(`setup: installing ${summary}: ${all.length} Debian packages,`);
  console.log(`  ${megabytes(downloadBytes)} to download, ${megabytes(diskBytes)} on disk. (--no-install declines.)`);
  return true;
}

/** @returns what it printed; null when it failed. */
function capture(command: string, args: readonly string[]): string | null {
  const run = spawnSync(command, args, { env: APT_ENVIRONMENT, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return run.status === 0 ? run.stdout : null;
}

/** @returns whether it succeeded. */
function apt(args: readonly string[]): boolean {
  return spawnSync("apt-get", args, { env: APT_ENVIRONMENT, stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
