import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Manifest, parseManifest } from "./manifest.ts";

/**
 * Reads every `*.yaml` of a directory.
 * @throws {Error} when one is wrong: it names the file and the key.
 */
export async function readManifests(directory: string): Promise<Manifest[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith(".yaml")).sort();
  return Promise.all(files.map(async (file) => parseManifest(await readFile(join(directory, file), "utf8"), file)));
}
