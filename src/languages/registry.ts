import { EngineError } from "../domain/errors.ts";
import type { Language } from "../domain/language.ts";
import { nearNames } from "../domain/near-names.ts";
import { type Detected, detect, type OwnPlaces, VERSION_TIMEOUT_MS } from "./detect.ts";
import type { Manifest } from "./manifest.ts";
import { type Preparation, prepare } from "./prepare.ts";
import { readManifests } from "./read-manifests.ts";
import { createToolchain, defaultLimits, type HostTree, type Toolchain } from "./toolchain.ts";
import { isInRange, isRange } from "./versions.ts";

/** The languages that this server knows, and the toolchains that it has for them. */
export interface LanguageRegistry {
  /**
   * The toolchain for a request.
   * @param idOrAlias in any case.
   * @param range a semver range; the highest release that is here when absent.
   * @throws {EngineError} `unknown_language`, naming near ones, or where there is no toolchain for it; `invalid_field` for
   * a version that is no range or that nothing here satisfies.
   */
  find(idOrAlias: string, range?: string): Toolchain;
  /** All languages by id, those without a toolchain included. */
  list(): readonly Language[];
  /** Every toolchain of every language. */
  toolchains(): readonly Toolchain[];
  /** What the toolchains need to see in a box that is outside `/usr`, each place once. */
  trees(): readonly HostTree[];
}

/** What a gateway has to know of languages: which there are, and what a request is completed with. */
export interface LanguageCatalogue extends Pick<LanguageRegistry, "list"> {
  /** See {@link LanguageRegistry.find}. */
  find(idOrAlias: string, range?: string): Pick<Toolchain, "manifest" | "version" | "limits" | "compileLimits">;
}

interface Entry {
  readonly manifest: Manifest;
  /** As `detect` sorts them: a request without a version gets the first. */
  readonly toolchains: readonly Toolchain[];
  /** Sentences about what is on this host and cannot be used. */
  readonly troubles?: readonly string[];
}

/**
 * Reads every manifest and asks this host for the toolchains.
 * @param options.directories hold the `*.yaml` files; a later one's replace those of an earlier one.
 * @param options.only the languages to look for, by id or alias: the others count as missing. All when absent.
 * @param options.preparation how toolchains are prepared that need it. Without it they are only looked at: none that needs
 * it can then be used.
 * @throws {Error} when a manifest is wrong: it names the file and the key; or this host has too little left to ask.
 */
export async function loadRegistry(
  options: OwnPlaces & {
    readonly directories: readonly string[];
    readonly only?: readonly string[] | undefined;
    readonly preparation?: Preparation | undefined;
  },
): Promise<LanguageRegistry> {
  const manifests = await readManifests(options.directories);
  const entries = await Promise.all(
    manifests.map(async (manifest): Promise<Entry> => {
      return isOneOf(options.only, manifest) ? lookFor(manifest, options) : { manifest, toolchains: [] };
    }),
  );
  return createRegistry(entries);
}

async function lookFor(
  manifest: Manifest,
  options: OwnPlaces & { readonly preparation?: Preparation | undefined },
): Promise<Entry> {
  const found = await detect(manifest, options);
  const toolchains: Toolchain[] = [];
  const troubles = found.silent.map((path) => `${path} did not say its version within ${VERSION_TIMEOUT_MS / 1000} s.`);
  const made = await Promise.all(found.toolchains.map((one) => toToolchain(manifest, one, options.preparation)));
  for (const [index, toolchain] of made.entries()) {
    if (toolchain !== null) toolchains.push(toolchain);
    else troubles.push(`${manifest.name} ${found.toolchains[index]?.version} could not be prepared.`);
  }
  return { manifest, toolchains, troubles };
}

function isOneOf(names: readonly string[] | undefined, { id, aliases }: Manifest): boolean {
  return names === undefined || names.some((name) => [id, ...aliases].includes(name.toLowerCase()));
}

/** Null for one that could not be prepared. */
async function toToolchain(
  manifest: Manifest,
  detected: Detected,
  preparation: Preparation | undefined,
): Promise<Toolchain | null> {
  if (manifest.prepare === undefined || preparation === undefined) return createToolchain(manifest, detected);
  const prepared = await prepare(manifest, detected, preparation);
  return prepared === null ? null : createToolchain(manifest, detected, prepared);
}

/**
 * @param options.missing what is thrown for a language that has no toolchain.
 * @throws {Error} when two languages share a name.
 */
export function createRegistry(
  entries: readonly Entry[],
  { missing = notHere }: { readonly missing?: (entry: Entry) => EngineError } = {},
): LanguageRegistry {
  const byName = new Map<string, Entry>();
  for (const entry of entries) {
    for (const name of [entry.manifest.id, ...entry.manifest.aliases]) {
      const other = byName.get(name);
      if (other !== undefined)
        throw new Error(`"${name}" names both ${other.manifest.name} and ${entry.manifest.name}`);
      byName.set(name, entry);
    }
  }
  const toolchains = entries.flatMap((entry) => entry.toolchains);
  const languages = entries.map(toLanguage).sort((a, b) => (a.id < b.id ? -1 : 1));

  function findEntry(idOrAlias: string): Entry {
    const entry = byName.get(idOrAlias.toLowerCase());
    if (entry === undefined) throw unknownLanguage(idOrAlias, byName.keys(), languages);
    return entry;
  }

  return {
    find(idOrAlias, range) {
      const entry = findEntry(idOrAlias);
      const { manifest, toolchains } = entry;
      const [highest] = toolchains;
      if (highest === undefined) throw missing(entry);
      if (range === undefined) return highest;
      // A complete version is looked for without being parsed: an execution's is complete, and every run asks for it.
      const exact = toolchains.find(({ version }) => version === range);
      if (exact !== undefined) return exact;
      if (!isRange(range))
        throw wrongVersion(`has to be a version or a semver range, like "${highest.version}" or ">=1 <3"`);
      const found = toolchains.find(({ version }) => isInRange(version, range));
      if (found !== undefined) return found;
      const versions = toolchains.map(({ version }) => version).join(", ");
      throw wrongVersion(`fits no version of ${manifest.name} that is here: ${versions}`);
    },
    list: () => languages,
    toolchains: () => toolchains,
    trees() {
      const all = toolchains.flatMap(({ trees }) => trees);
      return [...new Map(all.map((tree) => [tree.path, tree])).values()];
    },
  };
}

function toLanguage({ manifest, toolchains, troubles = [] }: Entry): Language {
  const { limits, compileLimits } = defaultLimits(manifest);
  return {
    id: manifest.id,
    name: manifest.name,
    aliases: manifest.aliases,
    extensions: manifest.extensions,
    isAvailable: toolchains.length > 0,
    versions: toolchains.map(({ version }) => version),
    mainFile: manifest.mainFile.default,
    limits,
    compileLimits: manifest.compile === undefined ? null : compileLimits,
    hello: manifest.hello,
    install: toolchains.length > 0 ? null : installCommand(manifest),
    troubles,
  };
}

function installCommand({ detect: { debianPackage, install } }: Manifest): string {
  return debianPackage === undefined ? String(install) : `apt-get install ${debianPackage}`;
}

const LONGEST_QUOTE = 40;
const MOST_NEAR = 3;

function unknownLanguage(given: string, names: Iterable<string>, languages: readonly Language[]): EngineError {
  const word = given.slice(0, LONGEST_QUOTE);
  const near = nearNames(word, names, MOST_NEAR);
  const advice =
    near.length > 0
      ? `Did you mean ${near.map((name) => JSON.stringify(name)).join(" or ")}?`
      : `There are: ${languages.map(({ id }) => id).join(", ")}.`;
  return new EngineError("unknown_language", `There is no language ${JSON.stringify(word)}. ${advice}`, {
    fields: [{ path: "/language", message: advice }],
  });
}

function notHere({ manifest, troubles = [] }: Entry): EngineError {
  const message =
    troubles.length > 0
      ? `${manifest.name} cannot be used on this server: ${troubles.join(" ")}`
      : `${manifest.name} is not installed on this server: ${installCommand(manifest)}`;
  return new EngineError("unknown_language", message, { fields: [{ path: "/language", message }] });
}

function wrongVersion(message: string): EngineError {
  return new EngineError("invalid_field", `/version ${message}`, { fields: [{ path: "/version", message }] });
}
