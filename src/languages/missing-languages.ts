import { hasCandidate, type OwnPlaces } from "./detect.ts";
import { readManifests } from "./read-manifests.ts";

/** A language that set-up brings to this host. */
export interface MissingLanguage {
  readonly name: string;
  /** What `apt-get install` needs. */
  readonly debianPackages: readonly string[];
}

/**
 * The languages of which nothing is on this host, but for those that are left to people to install. Nothing is started, so
 * it is quick.
 */
export async function findMissingLanguages(
  options: OwnPlaces & { readonly directory: string },
): Promise<readonly MissingLanguage[]> {
  const manifests = await readManifests([options.directory]);
  const found = await Promise.all(
    manifests.map(async ({ name, detect }): Promise<MissingLanguage[]> => {
      if (detect.debianPackage === undefined || detect.optional) return [];
      if (await hasCandidate({ detect }, options)) return [];
      return [{ name, debianPackages: detect.debianPackage.split(" ") }];
    }),
  );
  return found.flat();
}
