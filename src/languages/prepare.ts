import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Detected } from "./detect.ts";
import type { Manifest } from "./manifest.ts";
import { expandAll, expandEach } from "./template.ts";
import { toolchainValues } from "./toolchain-values.ts";

/** How toolchains are prepared on this host. */
export interface Preparation {
  /** Holds what was prepared, from one start to the next. Only who prepares may write here. */
  readonly cacheDirectory: string;
  /** Told, in words for a person, what takes its time and what could not be done. */
  readonly announce: (text: string) => void;
}

const PREPARE_TIMEOUT_MS = 15 * 60_000;
const MOST_OUTPUT_BYTES = 1024 * 1024;

/** Nobody works on one for so long: who made it was stopped. */
const ABANDONED_AFTER_MS = 60 * 60_000;
const UNFINISHED = ".unfinished-";

/**
 * Does once for a toolchain what its manifest asks, like compiling a standard library, and keeps what came of it. Only the
 * toolchain takes part: no program, no network that the manifest does not ask for, and nothing of this process's environment.
 * @returns the directory with the result; null when the command failed, which was announced.
 */
export async function prepare(
  manifest: Manifest,
  detected: Detected,
  preparation: Preparation,
): Promise<string | null> {
  const { cacheDirectory, announce } = preparation;
  const name = `${manifest.name} ${detected.version}`;
  const directory = join(cacheDirectory, `${manifest.id}-${detected.version}-${await identify(manifest, detected)}`);
  if ((await modifiedAtMs(directory)) !== null) return directory;
  announce(`Preparing ${name}, once: ${manifest.prepare?.why}`);
  try {
    await makeDirectory(manifest, detected, cacheDirectory, directory);
    return directory;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    announce(`${name} cannot be prepared, so it is left out: ${error.message}`);
    return null;
  }
}

/** Another toolchain, also one of the same name that was upgraded, and another way of preparing it are something else. */
async function identify(manifest: Manifest, { executable, version, tools }: Detected): Promise<string> {
  const { size, mtimeMs } = await stat(executable);
  const identity = JSON.stringify([executable, size, mtimeMs, version, tools, manifest.prepare]);
  return createHash("sha256").update(identity).digest("hex").slice(0, 16);
}

/** What is there is complete: it gets its name last. Of two who make the same at a time one is the first. */
async function makeDirectory(
  manifest: Manifest,
  detected: Detected,
  cacheDirectory: string,
  directory: string,
): Promise<void> {
  await mkdir(cacheDirectory, { recursive: true, mode: 0o755 });
  await removeAbandoned(cacheDirectory);
  const unfinished = await mkdtemp(join(cacheDirectory, UNFINISHED));
  try {
    await runCommand(manifest, detected, unfinished);
    await openToReaders(unfinished);
    await rename(unfinished, directory);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if ((await modifiedAtMs(directory)) === null) throw error;
  }
}

async function runCommand({ prepare: step }: Manifest, detected: Detected, directory: string): Promise<void> {
  if (step === undefined) return;
  const values = toolchainValues({ ...detected, prepared: directory });
  const [program = "", ...args] = expandAll(step.command, values);
  await promisify(execFile)(program, args, {
    cwd: directory,
    // Without a home that can be written, nothing lands beside the result.
    env: { PATH: "/usr/bin:/bin", LANG: "C.UTF-8", HOME: "/dev/null", ...expandEach(step.env, values) },
    timeout: PREPARE_TIMEOUT_MS,
    killSignal: "SIGKILL",
    maxBuffer: MOST_OUTPUT_BYTES,
  });
}

/** Whatever this process's umask: boxes read it as nobody in particular. */
async function openToReaders(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openToReaders(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o111 ? 0o755 : 0o644);
  }
}

async function removeAbandoned(cacheDirectory: string): Promise<void> {
  for (const name of await readdir(cacheDirectory)) {
    if (!name.startsWith(UNFINISHED)) continue;
    const path = join(cacheDirectory, name);
    const atMs = await modifiedAtMs(path);
    if (atMs !== null && Date.now() - atMs > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
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
