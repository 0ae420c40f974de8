import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";

/** Below the directory of the launcher's sources. */
const BUILD = "build";
const LAUNCHER = "millrace-launcher";
const GATE = "millrace-gate.so";

const REMEDY =
  "It needs gcc, make and the C library's headers. On Debian or Ubuntu: apt-get install gcc make libc6-dev";

/**
 * Compiles the launcher with `make` unless one is there that is newer than each of its sources. Several may do so at once,
 * and be killed at it: each compiles in a directory of its own, and what stands at the launcher's path is always whole.
 * @param options.nativeDirectory absolute path of `native/`, which must be writable when there is something to compile.
 * @param options.announce told, before it starts, that there is something to compile.
 * @returns the launcher's absolute path.
 * @throws {Error} saying what to install when the tools are missing, else with the compiler's own messages.
 */
export async function buildLauncher(options: {
  readonly nativeDirectory: string;
  readonly announce: (message: string) => void;
}): Promise<string> {
  const { nativeDirectory, announce } = options;
  const buildDirectory = join(nativeDirectory, BUILD);
  const launcher = join(buildDirectory, LAUNCHER);
  if (await isUpToDate(launcher, nativeDirectory)) return launcher;

  announce(`Compiling the launcher in ${nativeDirectory}`);
  await mkdir(buildDirectory, { recursive: true });
  const own = await mkdtemp(join(buildDirectory, "making-"));
  try {
    const output = await make(nativeDirectory, join(BUILD, basename(own)));
    const made = join(own, LAUNCHER);
    if (!(await isUpToDate(made, nativeDirectory))) {
      throw new Error(`make -C ${nativeDirectory} did not make ${LAUNCHER}:\n${output}`);
    }
    // The launcher last: it is what is looked at to see whether there is anything to compile.
    await rename(join(own, GATE), join(buildDirectory, GATE));
    await rename(made, launcher);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  return launcher;
}

/** What interpreters preload that are booted ahead, made together with the launcher. */
export function gateBeside(launcher: string): string {
  return join(dirname(launcher), GATE);
}

async function isUpToDate(launcher: string, nativeDirectory: string): Promise<boolean> {
  const builtAtMs = await modifiedAtMs(launcher);
  if (builtAtMs === null) return false;
  const names = await readdir(nativeDirectory);
  const sources = names.filter((name) => name === "Makefile" || name.endsWith(".c") || name.endsWith(".h"));
  const changedAtMs = await Promise.all(sources.map((name) => modifiedAtMs(join(nativeDirectory, name))));
  return changedAtMs.every((atMs) => atMs === null || atMs <= builtAtMs);
}

/** @returns milliseconds since the epoch; null when there is no such file. */
async function modifiedAtMs(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** @returns all that make printed. */
async function make(directory: string, buildDirectory: string): Promise<string> {
  const child = spawn("make", ["-C", directory, `BUILD=${buildDirectory}`], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  try {
    const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    if (code === 0) return stdout + stderr;
    throw new Error(stdout + stderr);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The launcher cannot be compiled. ${REMEDY}\n${reason}`, { cause });
  }
}
