import { type LanguageRegistry, loadRegistry } from "../languages/registry.ts";
import { CACHE_DIRECTORY, LANGUAGES_DIRECTORY, OWN_PLACES } from "./package-files.ts";
import { orStartError } from "./start-error.ts";

/**
 * Millrace's languages, and what of them is on this host.
 * @param options.only the languages to look for; all when absent.
 * @param options.announce told, in words for a person, what takes its time. Without it, and for others than root, toolchains
 * are only looked at: some cannot be used before they are prepared.
 * @throws {StartError}
 */
export function loadLanguages(
  options: { readonly only?: readonly string[] | undefined; readonly announce?: (text: string) => void } = {},
): Promise<LanguageRegistry> {
  const { only, announce } = options;
  const canPrepare = announce !== undefined && process.getuid?.() === 0;
  const loading = loadRegistry({
    ...OWN_PLACES,
    directory: LANGUAGES_DIRECTORY,
    only,
    preparation: canPrepare ? { cacheDirectory: CACHE_DIRECTORY, announce } : undefined,
  });
  return orStartError("The languages cannot be read", loading);
}
