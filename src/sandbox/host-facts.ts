import { lstat, readdir, readFile, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";

/** What a box plan must know of the host. Read once, at start; nothing here is secret. */
export interface HostFacts {
  /** `/bin`, `/lib64` and their like: a link into `/usr` (its target), or null for a directory of its own. */
  readonly topLevel: ReadonlyMap<string, string | null>;
  /** The dynamic linker's cache; null on hosts without one. */
  readonly ldSoCache: Uint8Array | null;
  /** `/etc/alternatives`: links that programs below `/usr` go through, by name. Only those that end below `/usr`. */
  readonly alternatives: ReadonlyMap<string, string>;
  /** Permission bits of what is directly below `/proc`, by name. */
  readonly proc: ReadonlyMap<string, { readonly mode: number; readonly isDirectory: boolean }>;
}

/** Directories of the host's root that hold programs and libraries, where they exist. */
const TOP_LEVEL = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

async function readTopLevel(name: string): Promise<[string, string | null][]> {
  const status = await lstat(`/${name}`).catch(ignoreMissing);
  if (status === null) return [];
  return [[name, status.isSymbolicLink() ? await readlink(`/${name}`) : null]];
}

/** Manual pages are left out: most of the links are theirs, and no program reads them. */
async function readAlternative(name: string): Promise<[string, string][]> {
  const path = join("/etc/alternatives", name);
  const end = await realpath(path).catch(ignoreMissing);
  if (!end?.startsWith("/usr/") || end.includes("/man/")) return [];
  return [[name, end]];
}

async function readProcEntry(name: string): Promise<[string, { mode: number; isDirectory: boolean }][]> {
  const status = await lstat(join("/proc", name)).catch(ignoreMissing);
  if (status === null || status.isSymbolicLink()) return [];
  return [[name, { mode: status.mode & 0o777, isDirectory: status.isDirectory() }]];
}

/** For what may be absent on a host, or vanish while it is read. */
function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

async function readAll<Value>(
  names: readonly string[],
  read: (name: string) => Promise<[string, Value][]>,
): Promise<Map<string, Value>> {
  return new Map((await Promise.all(names.map(read))).flat());
}

export async function readHostFacts(): Promise<HostFacts> {
  const alternatives = (await readdir("/etc/alternatives").catch(ignoreMissing)) ?? [];
  const proc = (await readdir("/proc")).filter((name) => !/^\d+$/.test(name));
  return {
    topLevel: await readAll(TOP_LEVEL, readTopLevel),
    ldSoCache: await readFile("/etc/ld.so.cache").catch(ignoreMissing),
    alternatives: await readAll(alternatives.sort(), readAlternative),
    proc: await readAll(proc.sort(), readProcEntry),
  };
}
