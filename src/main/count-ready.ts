import type { Toolchain } from "../languages/toolchain.ts";

/** Processes that were booted ahead and stand ready, by language; one whose processes are all in use has 0. */
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

/** What several have together. */
export function addReady(all: readonly ReadyCounts[]): ReadyCounts {
  const sums: Record<string, number> = {};
  for (const [language, count] of all.flatMap((counts) => Object.entries(counts))) {
    sums[language] = (sums[language] ?? 0) + count;
  }
  return sums;
}
