import { EngineError } from "../domain/errors.ts";
import { mainFileName } from "./main-file.ts";
import type { Manifest } from "./manifest.ts";
import { readManifests } from "./read-manifests.ts";
import { createRegistry, type LanguageCatalogue } from "./registry.ts";
import { defaultLimits, type Toolchain } from "./toolchain.ts";
import { byVersionDescending } from "./versions.ts";

/** Exact versions of languages, by the language's id. */
export type VersionsByLanguage = Readonly<Record<string, readonly string[]>>;

/** The languages of many hosts together, as what they say of themselves has it. */
export interface SharedCatalogue extends LanguageCatalogue {
  /** From now on the toolchains of these hosts, and no others, are there. */
  replace(hosts: readonly VersionsByLanguage[]): void;
}

/**
 * @param directories hold the manifests. A language that only other hosts have a manifest of is unknown here.
 * @throws {Error} when a manifest is wrong.
 */
export async function loadSharedCatalogue(directories: readonly string[]): Promise<SharedCatalogue> {
  const manifests = await readManifests(directories);
  let registry = createRegistry(
    manifests.map((manifest) => ({ manifest, toolchains: [] })),
    { missing },
  );
  let known = "";
  return {
    find: (idOrAlias, range) => registry.find(idOrAlias, range),
    list: () => registry.list(),
    replace(hosts) {
      const entries = manifests.map((manifest) => ({ manifest, versions: versionsOf(manifest, hosts) }));
      const wanted = JSON.stringify(entries.map(({ versions }) => versions));
      if (wanted === known) return;
      known = wanted;
      registry = createRegistry(
        entries.map(({ manifest, versions }) => ({
          manifest,
          toolchains: versions.map((version) => toToolchain(manifest, version)),
        })),
        { missing },
      );
    },
  };
}

function versionsOf({ id }: Manifest, hosts: readonly VersionsByLanguage[]): readonly string[] {
  return [...new Set(hosts.flatMap((versions) => versions[id] ?? []))].sort(byVersionDescending);
}

/** A toolchain of another host: nothing of it is here but its name. */
function toToolchain(manifest: Manifest, version: string): Toolchain {
  return {
    ...defaultLimits(manifest),
    language: manifest.id,
    version,
    stamp: "",
    prepared: null,
    manifest,
    trees: [],
    executable: "",
    tools: {},
    mainFileOf: (source) => mainFileName(manifest, source),
  };
}

function missing({ manifest }: { readonly manifest: Manifest }): EngineError {
  return new EngineError("no_worker", `No worker has ${manifest.name} at this moment`, { retryAfterSeconds: 5 });
}
