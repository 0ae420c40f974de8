import type { Toolchain } from "../languages/toolchain.ts";

/** Of what was booted ahead and stands ready, by language; one whose processes are all in use has 0. */
export type ReadyCounts = Readonly<Record<string, number>>;

/**
 * How many stand ready for programs of each language.
 * @param toolchains all that are booted ahead.
 * @param ready how many stand ready, by toolchain: its language and version, joined by a hyphen.
 */
export function countReady(
  toolchains: Iterable<Pick<Toolchain, "language" | "version">>,
  ready: ReadonlyMap<string, number>,
): ReadyCounts {
  return addReady(
    Array.from(toolchains, ({ language, version }) => ({ [language]: ready.get(`${language}-${version}`) ?? 0 })),
  );
}

/**
 * What stands ready for each language holds of the host's memory, its compilers included, bytes.
 * @param held by toolchain, as above; its compiler's has ` compiler` behind that.
 */
export function sumMemory(
  toolchains: Iterable<Pick<Toolchain, "language" | "version">>,
  held: ReadonlyMap<string, number>,
): ReadyCounts {
  return addReady(
    Array.from(toolchains, ({ language, version }) => {
      const id = `${language}-${version}`;
      return { [language]: (held.get(id) ?? 0) + (held.get(`${id} compiler`) ?? 0) };
    }),
  );
}

/** What several have together. */
export function addReady(all: readonly ReadyCounts[]): ReadyCounts {
  const sums: Record<string, number> = {};
  for (const [language, count] of all.flatMap((counts) => Object.entries(counts))) {
    sums[language] = (sums[language] ?? 0) + count;
  }
  return sums;
}
