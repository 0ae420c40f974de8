import { execFile } from "node:child_process";
import { glob, open, realpath, stat } from "node:fs/promises";
import { promisify } from "node:util";
import type { Manifest } from "./manifest.ts";
import { expandAll, expandText } from "./template.ts";
import { type Executables, executableValues } from "./toolchain-values.ts";
import { byVersionDescending, normalizeVersion } from "./versions.ts";

/**
 * What a language is started with on this host, and the version it says it has. Paths are without symbolic links: never a
 * shim, which would start something else.
 */
export interface Detected extends Executables {
  readonly version: string;
  /** Differs for files that differ, also when they say the same version. */
  readonly stamp: string;
}

/** What candidates may begin with besides a `/`. */
export interface OwnPlaces {
  /** The Node that Millrace runs on. */
  readonly millraceNode: string;
  /** The directory that holds the npm packages which Millrace depends on. */
  readonly millraceModules: string;
}

/** What was found of a language. */
export interface Found {
  /** One for each version, the highest release first. */
  readonly toolchains: readonly Detected[];
  /** What could be a toolchain but did not say its version in time. */
  readonly silent: readonly string[];
}

/** How long a tool may take to say its version: ample, for all are asked at once, and a host may be slow. */
export const VERSION_TIMEOUT_MS = 30_000;
const MOST_VERSION_BYTES = 64 * 1024;
const SCARCITY: ReadonlySet<unknown> = new Set(["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"]);
const SILENCE = "silence";
const ELF_MAGIC = Buffer.from("\x7fELF", "latin1");

/**
 * Finds the toolchains of a language on this host.
 * A candidate that is missing, would be started by a script, or says no version is passed over.
 * @throws {Error} where this host has too little left to ask, so that nothing is known.
 */
export async function detect(
  { detect: detection, tools: toolCandidates }: Pick<Manifest, "detect" | "tools">,
  places: OwnPlaces,
  timeoutMs = VERSION_TIMEOUT_MS,
): Promise<Found> {
  const tools = await findTools(toolCandidates, places);
  if (tools === null) return { toolchains: [], silent: [] };
  const executables = await findFiles(detection.executables, places);
  const answers = await Promise.all(
    executables.map((executable) => askVersion(executable, tools, detection, timeoutMs)),
  );
  const byVersion = new Map<string, Detected>();
  for (const answer of answers) {
    if (answer === null || answer === SILENCE || byVersion.has(answer.version)) continue;
    byVersion.set(answer.version, answer);
  }
  return {
    toolchains: [...byVersion.values()].sort((a, b) => byVersionDescending(a.version, b.version)),
    silent: executables.filter((_, index) => answers[index] === SILENCE),
  };
}

/** Whether there is anything that could be a toolchain of this language. Starts nothing. */
export async function hasCandidate(
  { detect: detection }: Pick<Manifest, "detect">,
  places: OwnPlaces,
): Promise<boolean> {
  return (await findFiles(detection.executables, places)).length > 0;
}

/** The first native executable for each name; null when one of them has none. */
async function findTools(candidates: Manifest["tools"], places: OwnPlaces): Promise<Executables["tools"] | null> {
  const tools: Record<string, string> = {};
  for (const [name, paths] of Object.entries(candidates)) {
    const first = await findFirstNative(await findFiles(paths, places));
    if (first === null) return null;
    tools[name] = first;
  }
  return tools;
}

async function findFirstNative(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if (await isNative(path)) return path;
  return null;
}

/** Real paths of what is there, each once, in the order of the candidates. */
async function findFiles(
  candidates: readonly string[],
  { millraceNode, millraceModules }: OwnPlaces,
): Promise<string[]> {
  const values = { millraceNode: () => millraceNode, millraceModules: () => millraceModules };
  const matches = await Promise.all(candidates.map((candidate) => matchesOf(expandText(candidate, values))));
  const real = await Promise.all(matches.flat().map((path) => orNull(realpath(path))));
  return [...new Set(real.filter((path) => path !== null))];
}

async function matchesOf(candidate: string): Promise<string[]> {
  if (!/[*?[{]/.test(candidate)) return [candidate];
  const paths: string[] = [];
  for await (const path of glob(candidate)) paths.push(path);
  return paths.sort();
}

/** Whether it is an ELF executable, and nothing like a shell script that chooses another one. */
async function isNative(path: string): Promise<boolean> {
  const magic = await orNull(readMagic(path));
  return magic?.equals(ELF_MAGIC) ?? false;
}

async function readMagic(path: string): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(ELF_MAGIC.length), 0, ELF_MAGIC.length, 0);
  return buffer.subarray(0, bytesRead);
}

/** Null for what is missing, broken or not a file. */
async function orNull<Value>(reading: Promise<Value>): Promise<Value | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && "syscall" in error && !isScarcity(error)) return null;
    throw error;
  }
}

/** The host has no process, descriptor or memory left: that says nothing of a tool. */
function isScarcity(error: Error): boolean {
  return "code" in error && SCARCITY.has(error.code);
}

async function askVersion(
  executable: string,
  tools: Executables["tools"],
  { versionCommand, versionPattern }: Manifest["detect"],
  timeoutMs: number,
): Promise<Detected | typeof SILENCE | null> {
  const [program = "", ...args] = expandAll(versionCommand, executableValues({ executable, tools }));
  if (!(await isNative(program))) return null;
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, {
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", LANG: "C.UTF-8" },
      timeout: timeoutMs,
      killSignal: "SIGKILL",
      maxBuffer: MOST_VERSION_BYTES,
    });
    const text = versionPattern.exec(`${stdout}${stderr}`)?.[1];
    const version = text === undefined ? null : normalizeVersion(text);
    if (version === null) return null;
    return { executable, version, tools, stamp: await stampOf([executable, ...Object.values(tools)]) };
  } catch (error) {
    if (isTimeOver(error)) return SILENCE;
    // It cannot be started, or fails: it would do so for programs as well.
    if (error instanceof Error && !isScarcity(error)) return null;
    throw error;
  }
}

/** Killed, and not for what it said: that has a code. */
function isTimeOver(error: unknown): boolean {
  return error instanceof Error && "killed" in error && error.killed === true && "code" in error && error.code === null;
}

/** What changes whenever the host's packages do, and with them headers and libraries that belong to no executable. */
const PACKAGE_RECORDS = ["/var/lib/dpkg/status", "/var/lib/rpm/rpmdb.sqlite", "/lib/apk/db/installed"];

async function stampOf(paths: readonly string[]): Promise<string> {
  const stamps = await Promise.all([...paths, ...PACKAGE_RECORDS].map((path) => orNull(stat(path))));
  return stamps.map((found) => (found === null ? "-" : `${found.size}@${found.mtimeMs}`)).join(" ");
}
