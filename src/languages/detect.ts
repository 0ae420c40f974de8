import { execFile } from "node:child_process";
import { glob, open, realpath } from "node:fs/promises";
import { promisify } from "node:util";
import type { Manifest } from "./manifest.ts";
import { expandText } from "./template.ts";
import { byVersionDescending, normalizeVersion } from "./versions.ts";

/** A real executable and the version it says it has. */
export interface Detected {
  /** Absolute, without symbolic links: never a shim, which would start something else. */
  readonly executable: string;
  readonly version: string;
}

/** How long a tool may take to say its version. */
const VERSION_TIMEOUT_MS = 10_000;
const MOST_VERSION_BYTES = 64 * 1024;
const ELF_MAGIC = Buffer.from("\x7fELF", "latin1");

/**
 * Finds the toolchains of a language on this host, one for each version: the highest release first.
 * A candidate that is missing, is a script, or does not say its version is passed over.
 * @param options.millraceNode the Node that Millrace runs on, a candidate for JavaScript.
 */
export async function detect(
  detection: Manifest["detect"],
  options: { readonly millraceNode: string },
): Promise<readonly Detected[]> {
  const executables = await findExecutables(detection.executables, options.millraceNode);
  const found = await Promise.all(executables.map((executable) => askVersion(executable, detection)));
  const byVersion = new Map<string, Detected>();
  for (const detected of found) {
    if (detected !== null && !byVersion.has(detected.version)) byVersion.set(detected.version, detected);
  }
  return [...byVersion.values()].sort((a, b) => byVersionDescending(a.version, b.version));
}

/** Real paths of native executables, in the order of the candidates. */
async function findExecutables(candidates: readonly string[], millraceNode: string): Promise<string[]> {
  const values = { millraceNode: () => millraceNode };
  const matches = await Promise.all(candidates.map((candidate) => matchesOf(expandText(candidate, values))));
  const real = await Promise.all(matches.flat().map(resolveNative));
  return [...new Set(real.filter((path) => path !== null))];
}

async function matchesOf(candidate: string): Promise<string[]> {
  if (!/[*?[{]/.test(candidate)) return [candidate];
  const paths: string[] = [];
  for await (const path of glob(candidate)) paths.push(path);
  return paths.sort();
}

/** The real path of an ELF executable; null for anything else, like a shell script that chooses another one. */
async function resolveNative(path: string): Promise<string | null> {
  try {
    const real = await realpath(path);
    await using file = await open(real);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(ELF_MAGIC.length), 0, ELF_MAGIC.length, 0);
    return bytesRead === ELF_MAGIC.length && buffer.equals(ELF_MAGIC) ? real : null;
  } catch (error) {
    if (isFileError(error)) return null;
    throw error;
  }
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

async function askVersion(executable: string, detection: Manifest["detect"]): Promise<Detected | null> {
  try {
    const { stdout, stderr } = await promisify(execFile)(executable, detection.versionArgs, {
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", LANG: "C.UTF-8" },
      timeout: VERSION_TIMEOUT_MS,
      killSignal: "SIGKILL",
      maxBuffer: MOST_VERSION_BYTES,
    });
    const text = detection.versionPattern.exec(`${stdout}${stderr}`)?.[1];
    const version = text === undefined ? null : normalizeVersion(text);
    return version === null ? null : { executable, version };
  } catch (error) {
    // It cannot be started, fails, or takes too long: it would do so for programs as well.
    if (error instanceof Error) return null;
    throw error;
  }
}
