import { stat } from "node:fs/promises";
import { type LanguageRegistry, loadRegistry } from "../languages/registry.ts";
import { findHostUser } from "./host-user.ts";
import { LANGUAGES_DIRECTORY, OWN_PLACES } from "./package-files.ts";
import { orStartError } from "./start-error.ts";

/** Where an administrator adds languages. */
const USUAL_FOLDER = "/etc/millrace/languages";

/**
 * Millrace's languages, and what of them is on this host.
 * @param options.only the languages to look for; all when absent.
 * @param options.folder holds manifests of further languages; those of the usual folder when null, where it exists.
 * @param options.announce told, in words for a person, what takes its time. Without it, and for a user without a home,
 * toolchains are only looked at: some cannot be used before they are prepared.
 * @throws {StartError}
 */
export async function loadLanguages(options: {
  readonly folder: string | null;
  readonly only?: readonly string[] | undefined;
  readonly announce?: (text: string) => void;
}): Promise<LanguageRegistry> {
  const { folder, only, announce } = options;
  const cacheDirectory = announce === undefined ? null : findHostUser().cacheDirectory;
  const loading = loadRegistry({
    ...OWN_PLACES,
    directories: await languageDirectories(folder),
    only,
    preparation: announce !== undefined && cacheDirectory !== null ? { cacheDirectory, announce } : undefined,
  });
  return orStartError("The languages cannot be read", loading);
}

/** Where manifests are: Millrace's own, and those of the folder, or of the usual one where it exists. */
export async function languageDirectories(folder: string | null): Promise<readonly string[]> {
  return [LANGUAGES_DIRECTORY, ...(folder === null ? await usualFolder() : [folder])];
}

async function usualFolder(): Promise<readonly string[]> {
  try {
    await stat(USUAL_FOLDER);
    return [USUAL_FOLDER];
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
