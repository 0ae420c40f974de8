import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Manifest, parseManifest } from "./manifest.ts";

/**
 * Reads every `*.yaml` of some directories. Of two languages with one id the later replaces the earlier.
 * @throws {Error} when one is wrong: it names the file and the key.
 */
export async function readManifests(directories: readonly string[]): Promise<Manifest[]> {
  const manifests = (await Promise.all(directories.map(readDirectory))).flat();
  return [...new Map(manifests.map((manifest) => [manifest.id, manifest])).values()];
}

async function readDirectory(directory: string): Promise<Manifest[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith(".yaml")).sort();
  return Promise.all(files.map(async (file) => parseManifest(await readFile(join(directory, file), "utf8"), file)));
}
